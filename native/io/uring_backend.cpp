#include "native/io/uring_backend.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "native/io/half_pipe.hpp"
#include "native/io/request_span.hpp"
#include "native/io/ring_entry.hpp"
#include "native/io/socket_call.hpp"
#include "native/io/system_call.hpp"

namespace heddle::io {

namespace {

// Names of completions that belong to no request: no slot has such a number.
constexpr std::uint64_t kCancel = ~std::uint64_t{0};
constexpr std::uint64_t kRepeat = kCancel - 1;
// In the name of a request: this is the poll of its half pipe.
constexpr std::uint64_t kHalfPipe = std::uint64_t{1} << 31;

// The disk begins with these while the next are prepared. Handed over all at once they also end all at once, and it has
// nothing to do until they have been seen to.
constexpr unsigned kDiskReadsTogether = 8;

// How long after a cancel that missed the next is sent.
constexpr long kRepeatAfter = 1'000'000;  // ns

// The kernel leaves a file's own position where it was when a write ends short because the rest has failed (the disk is
// full): what is written next would overwrite what has just been written.
void move_position(const Request& request, std::int64_t result) noexcept {
  if (request.position < 0 || result <= 0 || static_cast<std::size_t>(result) == bytes_of(request)) return;
  if (lseek(request.fd, 0, SEEK_CUR) == request.position) lseek(request.fd, result, SEEK_CUR);
}

// The kernel wakes those that wait for a pipe in an order of its own, so that one of them waits there at a time.
std::int64_t turn_of(int fd, bool writes) noexcept { return std::int64_t{fd} * 2 + (writes ? 1 : 0); }

// A cancel interrupts a worker that is inside the call. Some calls then tell the kernel's own number for "restart me".
std::int64_t outcome_of(const Request& request, std::int64_t result) noexcept {
  constexpr int kRestart = 512;  // ERESTARTSYS, which no user-space header names
  if (result != -EINTR && result != -kRestart) return result;
  return request.cancelled ? -ECANCELED : -EINTR;
}

}  // namespace

void UringBackend::submit(Request& request) noexcept {
  ++in_flight_;
  begin_span(request);
  request.cancelled = false;
  request.turning = false;
  request.calm = kCalm - 1;
  waiting_.push(request);
}

// waiting -> ended by the next flush(). In the kernel: an ASYNC_CANCEL follows it, and the request still
// completes by its own entry of the completion queue, so its memory stays in use until then.
void UringBackend::cancel(Request& request) noexcept {
  request.turning = false;
  if (request.cancelled) return;
  request.cancelled = true;
  if (!slots_.holds(request)) {
    const auto turn = turns_.empty() ? turns_.end() : turns_.find(turn_of(request.fd, request.writes()));
    if (std::erase(starved_, &request) != 0 || (turn != turns_.end() && turn->second.remove(request))) {
      request.result = -ECANCELED;
      ended_.push(request);
    }
    return;
  }
  ++cancelled_;
  if (!prepare_cancel(request)) cancel_missed_ = true;
}

bool UringBackend::prepare_cancel(Request& request) noexcept {
  io_uring_sqe* sqe = ring_.entry();
  if (sqe == nullptr) return false;
  io_uring_prep_cancel64(sqe, slots_.name_of(request.slot), 0);
  io_uring_sqe_set_data64(sqe, kCancel);
  return true;
}

bool UringBackend::has_others_before(const Request& request) {
  if (!turns_.empty() && turns_.contains(turn_of(request.fd, request.writes()))) return true;
  bool any = false;
  slots_.for_each_on(
      request.fd, [&](const Request& other) { any = any || (other.in_turn() && other.writes() == request.writes()); });
  return any;
}

void UringBackend::wait_for_turn(Request& request) { turns_[turn_of(request.fd, request.writes())].push(request); }

void UringBackend::start_next_turn(int fd, bool writes) {
  const auto turn = turns_.find(turn_of(fd, writes));
  if (turn == turns_.end()) return;
  io_uring_sqe* sqe = turn->second.empty() ? nullptr : ring_.entry();
  if (sqe != nullptr) {
    prepare(*sqe, turn->second.pop());
  } else {
    // The next flush() tries again.
    while (!turn->second.empty()) waiting_.push(turn->second.pop());
  }
  if (turn->second.empty()) turns_.erase(turn);
}

void UringBackend::end_turns(int fd) noexcept {
  for (const bool writes : {false, true}) {
    const auto turn = turns_.find(turn_of(fd, writes));
    if (turn == turns_.end()) continue;
    while (!turn->second.empty()) {
      Request& request = turn->second.pop();
      request.cancelled = true;
      request.result = -ECANCELED;
      ended_.push(request);
    }
    turns_.erase(turn);
  }
}

bool UringBackend::cancel_all_on(int fd) noexcept {
  if (!turns_.empty()) end_turns(fd);
  bool any = false;
  slots_.for_each_on(fd, [&](Request& request) {
    any = true;
    cancel(request);
  });
  return any;
}

// A cancel misses a request that a worker has just taken up: it answers EALREADY, and the request may then go to sleep in
// its system call, or in a poll, for ever. So cancels are repeated until all have ended.
void UringBackend::repeat_cancels() noexcept {
  repeat_armed_ = false;
  slots_.for_each([this](Request& request) {
    if (request.cancelled && !prepare_cancel(request)) cancel_missed_ = true;
  });
}

void UringBackend::arm_repeat() noexcept {
  if (cancelled_ == 0) cancel_missed_ = false;
  if (!cancel_missed_ || repeat_armed_) return;
  io_uring_sqe* sqe = ring_.entry();
  if (sqe == nullptr) return;  // the next flush() tries again
  static __kernel_timespec after{.tv_sec = 0, .tv_nsec = kRepeatAfter};
  io_uring_prep_timeout(sqe, &after, 0, 0);
  io_uring_sqe_set_data64(sqe, kRepeat);
  cancel_missed_ = false;
  repeat_armed_ = true;
}

void UringBackend::start_held_closes() {
  for (std::size_t left = held_closes_.size(); left > 0; --left) {
    Request& request = held_closes_.pop();
    io_uring_sqe* sqe = cancel_all_on(request.fd) ? nullptr : ring_.entry();
    if (sqe == nullptr) {
      held_closes_.push(request);
    } else {
      request.cancelled = false;  // too late for that
      prepare(*sqe, request);
    }
  }
}

bool UringBackend::flush(std::size_t inline_bytes) noexcept {
  std::size_t copied = 0;
  if (!held_closes_.empty()) start_held_closes();
  while (!waiting_.empty() && copied < inline_bytes) {
    Request& request = waiting_.front();
    if (request.cancelled) {
      request.result = -ECANCELED;
      ended_.push(waiting_.pop());
      continue;
    }
    if (never_blocks(request)) {
      request.result = system_call(request, false);
      copied += bytes_of(request);
      ended_.push(waiting_.pop());
      continue;
    }
    // A read left alive by close() would eat data of the file that gets the number next.
    if (request.opcode == Opcode::close && cancel_all_on(request.fd)) {
      held_closes_.push(waiting_.pop());
      continue;
    }
    if (request.in_turn() && has_others_before(request)) {
      wait_for_turn(waiting_.pop());
      continue;
    }
    io_uring_sqe* sqe = ring_.entry();
    if (sqe == nullptr) break;
    waiting_.pop();
    prepare(*sqe, request);
    if (!is_for_worker(*sqe)) copied += bytes_of(request);
    if (request.past_cache && ring_.prepared() >= kDiskReadsTogether) ring_.enter();
  }
  if (cancel_missed_) arm_repeat();
  if (ring_.prepared() != 0) ring_.enter();
  return !waiting_.empty() || !ended_.empty() || ring_.prepared() != 0;
}

std::size_t UringBackend::reap() noexcept {
  std::size_t completed = 0;
  for (std::size_t left = ended_.size(); left > 0; --left) {
    Request& request = ended_.pop();
    complete(request, request.result);
    ++completed;
  }
  if (!ring_.look()) return completed;
  const unsigned prepared = ring_.prepared();
  for (Completion completion; ring_.take(completion);) {
    const auto name = completion.name;
    const auto result = completion.result;
    if (name == kCancel) {
      if (result == -EALREADY || result == -ENOENT) cancel_missed_ = true;
      continue;
    }
    if (name == kRepeat) {
      repeat_cancels();
      continue;
    }
    if ((name & kHalfPipe) != 0) {
      if (Request* request = slots_.find(name & ~kHalfPipe)) writer_came(*request);
      continue;
    }
    Request* request = completion.more ? slots_.find(name) : slots_.take(name);
    if (request == nullptr) continue;
    if (request->cancelled && !completion.more) --cancelled_;
    if (request->has_many()) {
      completed += one_of_many(*request, completion);
      continue;
    }
    if (opens_half_a_pipe(*request, result) && retry_on_worker(*request)) continue;
    move_position(*request, result);
    const bool in_turn = request->in_turn();
    const bool writes = request->writes();
    const int fd = request->fd;
    complete(*request, outcome_of(*request, end_half_pipe(*request, name, result)));
    if (in_turn && !turns_.empty()) start_next_turn(fd, writes);
    ++completed;
  }
  if (cancel_missed_) arm_repeat();
  if (!held_closes_.empty()) start_held_closes();
  // What was prepared here can't wait for a flush() that nobody knows to be needed.
  if (ring_.prepared() != prepared) ring_.enter();
  return completed;
}

bool UringBackend::retry_on_worker(Request& request) {
  io_uring_sqe* sqe = ring_.entry();
  if (sqe == nullptr) return false;
  request.on_worker = true;
  prepare(*sqe, request);
  if (request.half_pipe >= 0) watch_half_pipe(request);
  ring_.enter();  // what the kernel does not take now goes with the next flush()
  return true;
}

void UringBackend::watch_half_pipe(Request& request) noexcept {
  io_uring_sqe* sqe = ring_.entry();
  if (sqe == nullptr) return;
  io_uring_prep_poll_add(sqe, request.half_pipe, POLLIN);
  io_uring_sqe_set_data64(sqe, slots_.name_of(request.slot) | kHalfPipe);
}

// The half has bytes, or the end that a writer has left. The worker may wait for the next one: it is called back.
void UringBackend::writer_came(Request& request) noexcept {
  request.writer_came = true;
  cancel(request);
}

std::int64_t UringBackend::end_half_pipe(Request& request, std::uint64_t name, std::int64_t result) noexcept {
  const int half = std::exchange(request.half_pipe, -1);
  if (half < 0 || half == result) return result;
  if (request.writer_came && result < 0) return half;
  ::close(half);
  if (request.writer_came) return result;
  // The poll keeps the half open.
  if (io_uring_sqe* sqe = ring_.entry()) {
    io_uring_prep_cancel64(sqe, name | kHalfPipe, 0);
    io_uring_sqe_set_data64(sqe, kCancel);
  }
  return result;
}

void UringBackend::complete(Request& request, std::int64_t result) noexcept {
  --in_flight_;
  request.more = false;
  request.result = result;
  end_span(request);
  request.completed(request);
}

void UringBackend::prepare(io_uring_sqe& sqe, Request& request) {
  request.position = request.writes() && request.offset == kCurrentPosition ? lseek(request.fd, 0, SEEK_CUR) : -1;
  if (request.opcode == Opcode::accept_many) request.multishot = accepts_many_;
  if (request.opcode == Opcode::receive_many) {
    static_cast<void>(receive_buffers());
    request.multishot = receives_many_ && may_stay(request);
  }
  fill_entry(sqe, request);
  if (request.opcode == Opcode::receive_many && request.multishot && request.length != 0 && limits_many_) {
    sqe.file_index = static_cast<std::uint32_t>(one_look(request));
  }
  io_uring_sqe_set_data64(&sqe, slots_.insert(request));
}

}  // namespace heddle::io
