#include "native/http/pool.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <system_error>
#include <vector>

#include "native/executor.hpp"
#include "native/http/connect.hpp"
#include "native/http/idle_watch.hpp"
#include "native/timer_queue.hpp"

namespace heddle::http {

namespace {

// A connection that is used again sooner is not watched: that would be two more operations for each request.
constexpr Nanoseconds kUnwatchedTime = 10'000'000;

// A peer that has closed, or says something unasked, is of no use for another request.
bool is_quiet(int fd) noexcept {
  char byte = 0;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string key_of(const Origin& origin) { return origin.host + ' ' + std::to_string(origin.port); }

}  // namespace

struct Pool::Idle final : private Timer, private IdleWatch::Observer {
  Idle(Pool& owner, Place& of, int descriptor) noexcept
      : Timer(&Idle::on_expiry), pool(owner), place(of), fd(descriptor), left(owner.options_.idle_time) {
    ++pool.idle_;
    wait(std::min(left, kUnwatchedTime));
  }
  ~Idle() {
    if (watch != nullptr) watch->abandon();
    pool.executor_.timers().cancel(*this);
    --pool.idle_;
  }

  void wait(Nanoseconds time) noexcept {
    left -= time;
    pool.executor_.timers().add(*this, pool.executor_.now() + time);
  }

  static void on_expiry(Timer& timer) noexcept {
    auto& idle = static_cast<Idle&>(timer);
    if (idle.left <= 0) return idle.pool.drop(idle);
    idle.watch = IdleWatch::begin(idle.pool.executor_, idle.fd, idle, idle.pool.watches_);
    idle.wait(idle.left);
  }

  void peer_stirred() noexcept override {
    watch = nullptr;
    pool.drop(*this);
  }

  Pool& pool;
  Place& place;
  int fd;
  Nanoseconds left;  // to be waited for after what is waited for now
  IdleWatch* watch = nullptr;
};

struct Pool::Place {
  explicit Place(std::size_t connections) : permits(connections) {}

  Origin origin;
  Semaphore permits;
  std::size_t users = 0;  // leases, and those who wait for one
  std::vector<std::unique_ptr<Idle>> idle;
};

Pool::Lease::Lease(Pool& pool, Place& place) noexcept : pool_(&pool), place_(&place) { ++place.users; }

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      place_(std::exchange(other.place_, nullptr)),
      permit_(std::move(other.permit_)),
      fd_(std::exchange(other.fd_, -1)),
      reused_(other.reused_) {}

Pool::Lease& Pool::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  close();
  pool_ = std::exchange(other.pool_, nullptr);
  place_ = std::exchange(other.place_, nullptr);
  permit_ = std::move(other.permit_);
  fd_ = std::exchange(other.fd_, -1);
  reused_ = other.reused_;
  return *this;
}

void Pool::Lease::give_back() noexcept {
  if (fd_ >= 0) pool_->keep(*place_, std::exchange(fd_, -1));
  leave();
}

void Pool::Lease::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  leave();
}

void Pool::Lease::leave() noexcept {
  permit_.release();
  if (place_ == nullptr) return;
  Place& place = *std::exchange(place_, nullptr);
  --place.users;
  pool_->forget_unused(place);
}

Pool::Pool(Executor& executor, const Options& options) : executor_(executor), options_(options) {}

Pool::~Pool() {
  close();
  // They are cancelled already, which takes the kernel no time.
  while (watches_ != 0) {
    executor_.io().flush(1);
    executor_.io().reap();
  }
  assert(places_.empty() && "a connection of this pool is in use");
}

Pool::Place& Pool::place_of(const Origin& origin) {
  std::unique_ptr<Place>& place = places_[key_of(origin)];
  if (place == nullptr) {
    place = std::make_unique<Place>(options_.connections);
    place->origin = origin;
  }
  return *place;
}

Task<Pool::Lease> Pool::acquire(const Origin& origin, bool fresh, StopToken stop) {
  Place& place = place_of(origin);
  Lease lease(*this, place);
  lease.permit_ = co_await place.permits.acquire(1, stop);
  if (!lease.permit_) throw std::system_error(std::make_error_code(std::errc::operation_canceled), "connect");
  lease.fd_ = fresh ? -1 : take_idle(place);
  lease.reused_ = lease.fd_ >= 0;
  if (!lease.reused_) lease.fd_ = co_await connect(place.origin, stop);
  co_return lease;
}

int Pool::take_idle(Place& place) noexcept {
  while (!place.idle.empty()) {
    const int fd = place.idle.back()->fd;
    place.idle.pop_back();  // ends its watch
    if (is_quiet(fd)) return fd;
    ::close(fd);
  }
  return -1;
}

void Pool::keep(Place& place, int fd) noexcept {
  if (closed_ || options_.idle_time <= 0) {
    ::close(fd);
    return;
  }
  place.idle.push_back(std::make_unique<Idle>(*this, place, fd));
}

void Pool::drop(Idle& idle) noexcept {
  Place& place = idle.place;
  const int fd = idle.fd;
  std::erase_if(place.idle, [&idle](const std::unique_ptr<Idle>& each) { return each.get() == &idle; });
  ::close(fd);
  forget_unused(place);
}

void Pool::forget_unused(Place& place) noexcept {
  if (place.users == 0 && place.idle.empty()) places_.erase(key_of(place.origin));
}

void Pool::close() noexcept {
  closed_ = true;
  for (auto each = places_.begin(); each != places_.end();) {
    Place& place = *(each++)->second;
    while (!place.idle.empty()) {
      const int fd = place.idle.back()->fd;
      place.idle.pop_back();
      ::close(fd);
    }
    forget_unused(place);
  }
}

}  // namespace heddle::http
