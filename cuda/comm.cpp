#include "cuda/comm.hpp"

#include <algorithm>
#include <utility>

#include "cuda/device_core.hpp"
#include "cuda/device_thread.hpp"
#include "native/sleep.hpp"

namespace heddle::cuda {

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
// How often ranks that have not come are looked for, at first and later.
constexpr Nanoseconds kFirstLook = kMillisecond / 10;
constexpr Nanoseconds kLook = 5 * kMillisecond;

}  // namespace

Comm::Comm(DeviceThread& thread, CommOptions options, std::unique_ptr<Communicator> native) noexcept
    : thread_(thread), options_(options), native_(std::move(native)) {}

DeviceCore& Comm::core() const noexcept { return thread_.core(); }

Nanoseconds Comm::deadline() const noexcept {
  return core().executor->now() + std::chrono::nanoseconds(options_.timeout).count();
}

std::string Comm::arguments() const {
  return "rank=" + std::to_string(options_.rank) + " size=" + std::to_string(options_.size) +
         " timeout=" + std::to_string(options_.timeout.count()) + "ms";
}

void Comm::unique_id(DeviceThread& thread, Named named) {
  thread.lane().ask(std::move(named), [&thread](const Named& told, const ErrorPtr& refusal) {
    CommId id{};
    if (refusal != nullptr) return told(id, refusal);
    std::string reason;
    const Status status = thread.core().driver->comm_id(id, reason);
    told(id, status == kSuccess ? nullptr : make_error(status, operation_name(Operation::comm_id), {}, reason));
  });
}

// The slow lane begins it, so that nobody waits there for ranks that do not come; the device's thread sees it through.
void Comm::open(DeviceThread& thread, CommOptions options, Opened opened) {
  thread.lane().ask(std::move(opened), [&thread, options](const Opened& told, const ErrorPtr& refusal) {
    if (refusal != nullptr) return told(nullptr, refusal);
    std::unique_ptr<Communicator> native;
    std::string reason;
    const Status status = thread.core().driver->comm_open(options.id, options.rank, options.size, native, reason);
    if (status != kSuccess) {
      const std::string arguments = "rank=" + std::to_string(options.rank) + " size=" + std::to_string(options.size);
      return told(nullptr, make_error(status, operation_name(Operation::comm_open), arguments, reason));
    }
    auto shared = std::make_shared<std::unique_ptr<Communicator>>(std::move(native));
    thread.post([&thread, options, shared, told](const ErrorPtr& closed) {
      const ErrorPtr& refused = closed != nullptr ? closed : thread.refusal();
      if (refused != nullptr) {
        thread.partings().give_back([shared] {
          (*shared)->abort();
          shared->reset();
        });
        return told(nullptr, refused);
      }
      const std::shared_ptr<Comm> comm = thread.comm(options, std::move(*shared));
      thread.core().tasks.spawn_on(*thread.core().executor, await_ready(comm, told));
    });
  });
}

Task<void> Comm::await_ready(std::shared_ptr<Comm> comm, Opened opened) {
  DeviceCore& core = comm->core();
  const Nanoseconds deadline = comm->deadline();
  Nanoseconds pause = kFirstLook;
  Status status = comm->native_->progress();
  while (status == kNotReady && core.refusal() == nullptr && core.executor->now() < deadline) {
    (void)co_await sleep_until(core.executor->now() + pause, core.tasks.stop_token());
    pause = std::min(2 * pause, kLook);
    if (comm->failure_ != nullptr) break;
    status = comm->native_->progress();
  }
  if (comm->failure_ == nullptr && status != kSuccess) {
    if (core.refusal() != nullptr) {
      comm->fail(core.refusal());
    } else {
      const int number = status == kNotReady ? kCollectiveTimeout : status;
      comm->fail(make_error(number, operation_name(Operation::comm_open), comm->arguments(), comm->native_->reason()));
    }
  }
  if (comm->failure_ != nullptr) {
    opened(nullptr, comm->failure_);
  } else {
    opened(std::move(comm), nullptr);
  }
}

Comm::Outcome Comm::took_off(const std::shared_ptr<Comm>& self, StreamHandle stream, Nanoseconds deadline) noexcept {
  auto outcome = std::make_shared<ErrorPtr>();
  EventSlot* slot = core().events.take(false);
  if (slot != nullptr && core().driver->event_record(slot->handle(), stream) != kSuccess) {
    core().events.release(std::exchange(slot, nullptr));
  }
  // Without an event nobody can tell it from one that is stuck: then the time alone decides.
  flights_.push_back({slot, deadline, outcome});
  if (!watching_) {
    watching_ = true;
    core().tasks.spawn_on(*core().executor, watch(self));
  }
  return outcome;
}

// Also while the device closes, which waits for what is in flight. Whatever ends the group ends this.
Task<void> Comm::watch(std::shared_ptr<Comm> comm) {
  DeviceCore& core = comm->core();
  while (!comm->flights_.empty()) {
    (void)co_await sleep_until(core.executor->now() + kLook);
    comm->land();
    const Nanoseconds now = core.executor->now();
    const auto late = [now](const Flight& flight) { return now >= flight.deadline; };
    if (std::any_of(comm->flights_.begin(), comm->flights_.end(), late)) comm->fail(kCollectiveTimeout);
  }
  comm->watching_ = false;
}

// A failure comes before the end of the operations that it spoils. So one that is found to be done is without fault only
// when no failure is known after that.
void Comm::land() noexcept {
  for (Flight& flight : flights_) {
    if (flight.reached == nullptr) continue;
    flight.landed = core().driver->event_query(flight.reached->handle()) != kNotReady;
  }
  check();
  for (const Flight& flight : flights_) {
    if (flight.landed) core().events.release(flight.reached);
  }
  std::erase_if(flights_, [](const Flight& flight) { return flight.landed; });
}

ErrorPtr Comm::arrived(const Outcome& outcome) noexcept {
  check();
  const auto of_it = [&](const Flight& flight) {
    if (flight.outcome != outcome) return false;
    core().events.release(flight.reached);
    return true;
  };
  std::erase_if(flights_, of_it);
  return *outcome;
}

void Comm::check() noexcept {
  if (failure_ != nullptr) return;
  const Status status = native_->progress();
  if (status != kSuccess && status != kNotReady) fail(status);
}

void Comm::fail(Status number) noexcept {
  if (failure_ != nullptr) return;
  fail(make_error(number, operation_name(Operation::collective), arguments(), native_->reason()));
}

void Comm::fail(ErrorPtr error) noexcept {
  if (failure_ != nullptr) return;
  failure_ = std::move(error);
  for (const Flight& flight : flights_) {
    *flight.outcome = failure_;
    core().events.release(flight.reached);
  }
  flights_.clear();
  // The commands end when the device has let go of what they were at. The slow lane may be waiting for just that, to free
  // memory, and so may the abort of another group.
  thread_.partings().give_back([native = native_] { native->abort(); });
}

void Comm::abort(const std::shared_ptr<Comm>& comm) {
  comm->thread_.post([comm](const ErrorPtr& gone) {
    if (gone == nullptr) comm->fail(kCollectiveAborted);
  });
}

void Comm::abort_all(DeviceThread& thread) {
  thread.post([&thread](const ErrorPtr& gone) {
    if (gone != nullptr) return;
    for (Comm* comm : thread.core().comms) comm->fail(kCollectiveAborted);
  });
}

void Comm::miss(const std::shared_ptr<Comm>& comm) {
  comm->thread_.post([comm](const ErrorPtr& gone) {
    // A device that takes nothing more leaves its groups by itself.
    if (gone != nullptr || comm->core().refusal() != nullptr) return;
    comm->fail(make_error(kCollectiveAborted, operation_name(Operation::collective), comm->arguments(),
                          "An operation of this rank could not be begun"));
  });
}

// A farewell waits for the other ranks, whose own may be behind another.
void Comm::leave() noexcept {
  if (native_ == nullptr) return;
  if (failure_ == nullptr) failure_ = make_error(kDeviceClosed, operation_name(Operation::collective), arguments());
  auto last = std::make_shared<std::shared_ptr<Communicator>>(std::move(native_));
  thread_.partings().give_back([last = std::move(last)] { last->reset(); });
}

void Comm::dispose() noexcept {
  std::erase(core().comms, this);
  leave();
}

}  // namespace heddle::cuda
