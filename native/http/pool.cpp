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
#include "native/timer_queue.hpp"

namespace heddle::http {

namespace {

// A peer that has closed, or says something unasked, is of no use for another request.
bool is_quiet(int fd) noexcept {
  char byte = 0;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string key_of(const Origin& origin) { return origin.host + ' ' + std::to_string(origin.port); }

}  // namespace

struct Pool::Idle : Timer {
  Idle(Pool& owner, Place& of, int descriptor) noexcept : Timer(&Idle::on_expiry), pool(owner), place(of), fd(descriptor) {}
  ~Idle() {
    pool.executor_.timers().cancel(*this);
    --pool.idle_;
  }

  static void on_expiry(Timer& timer) noexcept {
    auto& idle = static_cast<Idle&>(timer);
    idle.pool.expire(idle);
  }

  Pool& pool;
  Place& place;
  int fd;
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
  close_idle();
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
    place.idle.pop_back();
    if (is_quiet(fd)) return fd;
    ::close(fd);
  }
  return -1;
}

void Pool::keep(Place& place, int fd) noexcept {
  if (options_.idle_time <= 0) {
    ::close(fd);
    return;
  }
  ++idle_;
  Idle& idle = *place.idle.emplace_back(std::make_unique<Idle>(*this, place, fd));
  executor_.timers().add(idle, executor_.now() + options_.idle_time);
}

void Pool::expire(Idle& idle) noexcept {
  Place& place = idle.place;
  ::close(idle.fd);
  std::erase_if(place.idle, [&idle](const std::unique_ptr<Idle>& each) { return each.get() == &idle; });
  forget_unused(place);
}

void Pool::forget_unused(Place& place) noexcept {
  if (place.users == 0 && place.idle.empty()) places_.erase(key_of(place.origin));
}

void Pool::close_idle() noexcept {
  for (auto each = places_.begin(); each != places_.end();) {
    Place& place = *(each++)->second;
    for (const std::unique_ptr<Idle>& idle : place.idle) ::close(idle->fd);
    place.idle.clear();
    forget_unused(place);
  }
}

}  // namespace heddle::http
