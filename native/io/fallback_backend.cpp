#include "native/io/fallback_backend.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <memory>
#include <system_error>
#include <utility>

#include "native/io/request_span.hpp"
#include "native/io/socket_call.hpp"
#include "native/io/system_call.hpp"

namespace heddle::io {

namespace {

// Which of a descriptor's two directions the request waits for.
bool reads(const Request& request) noexcept {
  switch (request.opcode) {
    case Opcode::read:
    case Opcode::readv:
    case Opcode::accept:
    case Opcode::receive:
    case Opcode::receive_message:
    case Opcode::accept_many:
    case Opcode::receive_many:
      return true;
    default:
      return false;
  }
}

// How often a call that is to end is sent its signal again.
constexpr long kInterruptEvery = 1'000'000;  // ns

}  // namespace

// One request on the pool. Made when it starts there, gone when reap() has completed it.
struct FallbackBackend::Call : BlockingPool::Job {
  Call(FallbackBackend& owner, Request& work, bool from_epoll) noexcept
      : Job(&Call::execute), backend(owner), request(work), never_wait(from_epoll) {}

  static void execute(Job& job) noexcept {
    auto& call = static_cast<Call&>(job);
    do {
      call.result =
          call.cancelled.load(std::memory_order_acquire) ? -ECANCELED : system_call(call.request, call.never_wait);
    } while (call.result == -EINTR);
    WakeEvent& wake = call.backend.wake_;
    call.backend.done_.push(call);
    wake.notify();
  }

  FallbackBackend& backend;
  Request& request;
  const bool never_wait;
  std::atomic<bool> cancelled{false};
  bool interrupted = false;  // the executor thread's
  std::int64_t result = 0;
  Call* next = nullptr;  // in done_; the job's own link is the pool's
  Call* previous_on_pool = nullptr;
  Call* next_on_pool = nullptr;
};

FallbackBackend::FallbackBackend(BlockingPool& pool, WakeEvent& wake)
    : pool_(pool),
      wake_(wake),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = timer_;
  if (epoll_ >= 0 && timer_ >= 0 && epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event) == 0) return;
  const int error = errno;
  if (timer_ >= 0) ::close(timer_);
  if (epoll_ >= 0) ::close(epoll_);
  throw std::system_error(error, std::system_category(), "epoll");
}

FallbackBackend::~FallbackBackend() {
  ::close(timer_);
  ::close(epoll_);
}

void FallbackBackend::submit(Request& request) noexcept {
  ++in_flight_;
  begin_span(request);
  request.cancelled = false;
  request.call = nullptr;
  waiting_.push(request);
}

void FallbackBackend::cancel(Request& request) noexcept {
  if (request.cancelled) return;
  request.cancelled = true;
  if (request.call != nullptr) {
    cancel_on_pool(*static_cast<Call*>(request.call));
    return;
  }
  if (std::erase(starved_, &request) != 0) {
    end(request, -ECANCELED);
    wake_.notify();
    return;
  }
  const auto watch = polled_.find(request.fd);
  if (watch == polled_.end()) return;
  std::vector<Request*>& waiting = watch->second.waiting;
  const auto position = std::find(waiting.begin(), waiting.end(), &request);
  if (position == waiting.end()) return;
  waiting.erase(position);
  arm(request.fd, watch->second);
  forget_idle(request.fd);
  end(request, -ECANCELED);
  wake_.notify();
}

void FallbackBackend::end(Request& request, std::int64_t result) noexcept {
  if (request.opcode == Opcode::connect) end_connect(request);
  request.result = result;
  ended_.push(request);
}

// A signal can come just before the system call that it is meant for, and change nothing. It is sent again with every
// tick of the timer, until the call has ended.
void FallbackBackend::cancel_on_pool(Call& call) noexcept {
  call.cancelled.store(true, std::memory_order_release);
  if (pool_.withdraw(call)) {
    call.result = -ECANCELED;
    done_.push(call);
    wake_.notify();
    return;
  }
  call.interrupted = true;
  if (interrupted_++ == 0) tick(true);
  pool_.interrupt();
}

void FallbackBackend::tick(bool on) noexcept {
  const timespec every{.tv_sec = 0, .tv_nsec = on ? kInterruptEvery : 0};
  const itimerspec setting{.it_interval = every, .it_value = every};
  timerfd_settime(timer_, 0, &setting, nullptr);
}

bool FallbackBackend::waits_on_pool(int fd) const noexcept {
  for (const Call* call = on_pool_; call != nullptr; call = call->next_on_pool) {
    if (call->request.fd == fd && call->request.waits_for_peer()) return true;
  }
  return false;
}

void FallbackBackend::start_held_closes() {
  for (std::size_t left = held_closes_.size(); left > 0; --left) {
    Request& request = held_closes_.pop();
    if (waits_on_pool(request.fd)) {
      held_closes_.push(request);
    } else {
      run_on_pool(request, false);
    }
  }
}

void FallbackBackend::cancel_all_on(int fd) noexcept {
  for (Call* call = on_pool_; call != nullptr; call = call->next_on_pool) {
    if (call->request.fd == fd && call->request.waits_for_peer()) cancel(call->request);
  }
  std::erase_if(starved_, [&](Request* request) {
    if (request->fd != fd) return false;
    request->cancelled = true;
    end(*request, -ECANCELED);
    return true;
  });
  const auto watch = polled_.find(fd);
  if (watch == polled_.end()) return;
  for (Request* request : watch->second.waiting) {
    request->cancelled = true;
    end(*request, -ECANCELED);
  }
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  watch->second.waiting.clear();
  forget_idle(fd);
}

bool FallbackBackend::flush(std::size_t) noexcept {
  while (!waiting_.empty()) {
    Request& request = waiting_.pop();
    if (request.cancelled) {
      end(request, -ECANCELED);
      continue;
    }
    if (request.on_socket()) {
      call_socket(request);
      continue;
    }
    if (request.opcode == Opcode::close) {
      cancel_all_on(request.fd);
      // A transfer that has not begun its system call would find the number's next file.
      if (waits_on_pool(request.fd)) {
        held_closes_.push(request);
        continue;
      }
    }
    if (!request.transfers_bytes() || !wait_until_ready(request)) run_on_pool(request, false);
  }
  return !ended_.empty();
}

// Only what has many results stays in epoll from one to the next.
bool FallbackBackend::arm(int fd, Watch& watch) noexcept {
  epoll_event event{};
  event.data.fd = fd;
  std::uint32_t once = 0;
  for (const Request* request : watch.waiting) {
    if (reads(*request) ? watch.reader_runs : watch.writer_runs) continue;
    event.events |= reads(*request) ? EPOLLIN : EPOLLOUT;
    if (!request->has_many()) once = EPOLLONESHOT;
  }
  event.events |= once;
  if (once == 0 && event.events == watch.armed) return true;
  watch.armed = event.events;
  if (event.events == 0) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    return true;
  }
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0) return true;
  return errno == ENOENT && epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool FallbackBackend::wait_until_ready(Request& request) {
  if (never_blocks(request)) return false;
  Watch& watch = polled_[request.fd];
  watch.waiting.push_back(&request);
  if (arm(request.fd, watch)) return true;
  watch.waiting.pop_back();
  forget_idle(request.fd);
  return false;
}

// Socket calls that do not wait need no thread. What would have to wait does so in epoll, in the order of submission.
void FallbackBackend::call_socket(Request& request) {
  if (request.has_many()) {
    begin_many(request);
    return;
  }
  const auto found = polled_.find(request.fd);
  const bool first = found == polled_.end() ||
                     std::none_of(found->second.waiting.begin(), found->second.waiting.end(),
                                  [&](const Request* other) { return reads(*other) == reads(request); });
  const std::int64_t result = first ? socket_call(request) : -EAGAIN;
  if (result != -EAGAIN) {
    end(request, result);
  } else if (request.opcode == Opcode::connect && !request.connecting) {
    run_on_pool(request, false);  // a UNIX socket's listener is full, and no descriptor tells when it has room
  } else if (!wait_until_ready(request)) {
    end(request, -errno);
  }
}

// The first in each direction tries; it comes back when it finds nothing.
void FallbackBackend::descriptor_ready(int fd, std::uint32_t events) {
  const auto found = polled_.find(fd);
  if (found == polled_.end()) return;
  Watch& watch = found->second;
  std::vector<Request*>& waiting = watch.waiting;
  for (const bool reader : {true, false}) {
    bool& runs = reader ? watch.reader_runs : watch.writer_runs;
    if (runs || (events & ((reader ? EPOLLIN : EPOLLOUT) | EPOLLERR | EPOLLHUP)) == 0) continue;
    const auto first = std::find_if(waiting.begin(), waiting.end(),
                                    [reader](const Request* request) { return reads(*request) == reader; });
    if (first == waiting.end()) continue;
    Request& request = **first;
    if (request.on_socket()) {
      const std::int64_t result = request.has_many() ? serve(request) : socket_call(request);
      // Told of a result, somebody may have cancelled: then it has left `waiting`, which may be gone too.
      if (request.cancelled && polled_.find(fd) == polled_.end()) return;
      if (result == -EAGAIN || request.cancelled) continue;
      waiting.erase(first);
      retire(request, result);
      continue;
    }
    waiting.erase(first);
    runs = true;
    run_on_pool(request, true);
  }
  arm(fd, watch);
  forget_idle(fd);
}

void FallbackBackend::run_next(const Request& request) noexcept {
  const auto found = polled_.find(request.fd);
  if (found == polled_.end()) return;
  (reads(request) ? found->second.reader_runs : found->second.writer_runs) = false;
  arm(request.fd, found->second);
  forget_idle(request.fd);
}

void FallbackBackend::forget_idle(int fd) noexcept {
  const auto found = polled_.find(fd);
  if (found == polled_.end()) return;
  const Watch& watch = found->second;
  if (watch.waiting.empty() && !watch.reader_runs && !watch.writer_runs) polled_.erase(found);
}

void FallbackBackend::run_on_pool(Request& request, bool from_epoll) {
  auto call = std::make_unique<Call>(*this, request, from_epoll);
  request.call = call.get();
  call->next_on_pool = on_pool_;
  if (on_pool_ != nullptr) on_pool_->previous_on_pool = call.get();
  on_pool_ = call.get();
  try {
    pool_.submit(*call);
    static_cast<void>(call.release());
  } catch (const std::system_error&) {
    // There is not even one thread, nor will the system start one now.
    forget(*call);
    if (from_epoll) run_next(request);
    end(request, -EAGAIN);
    wake_.notify();
  }
}

void FallbackBackend::forget(Call& call) noexcept {
  call.request.call = nullptr;
  (call.previous_on_pool != nullptr ? call.previous_on_pool->next_on_pool : on_pool_) = call.next_on_pool;
  if (call.next_on_pool != nullptr) call.next_on_pool->previous_on_pool = call.previous_on_pool;
}

void FallbackBackend::finish(Call& finished) {
  const std::unique_ptr<Call> call(&finished);
  Request& request = call->request;
  forget(*call);
  if (call->interrupted && --interrupted_ == 0) tick(false);
  if (call->never_wait) run_next(request);
  // After the last use of the number here: once closed, it may be somebody else's.
  if (!held_closes_.empty()) start_held_closes();
  if (call->result == -EAGAIN && call->never_wait) {
    if (request.cancelled) {
      call->result = -ECANCELED;
    } else if (wait_until_ready(request)) {
      return;
    }
  }
  complete(request, call->result);
}

std::size_t FallbackBackend::reap() noexcept {
  const std::size_t before = in_flight_;
  std::array<epoll_event, 256> events{};
  const bool idle = polled_.empty() && interrupted_ == 0;
  const int ready = idle ? 0 : epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < ready; ++i) {
    const int fd = events[static_cast<std::size_t>(i)].data.fd;
    if (fd == timer_) {
      std::uint64_t ticks = 0;
      if (::read(timer_, &ticks, sizeof ticks) > 0) pool_.interrupt();
    } else {
      descriptor_ready(fd, events[static_cast<std::size_t>(i)].events);
    }
  }
  for (std::size_t left = ended_.size(); left > 0; --left) {
    Request& request = ended_.pop();
    complete(request, request.result);
  }
  for (Call* call = done_.take_all(); call != nullptr;) {
    Call* next = call->next;
    finish(*call);
    call = next;
  }
  return before - in_flight_;
}

void FallbackBackend::complete(Request& request, std::int64_t result) noexcept {
  --in_flight_;
  request.more = false;
  request.result = result;
  end_span(request);
  request.completed(request);
}

}  // namespace heddle::io
