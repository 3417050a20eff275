#include "cuda/collective_action.hpp"

#include <algorithm>
#include <utility>

#include "cuda/device_core.hpp"
#include "cuda/stream_turn.hpp"
#include "native/sleep.hpp"

namespace heddle::cuda {

namespace {

constexpr Nanoseconds kFirstPause = 20'000;
constexpr Nanoseconds kLongestPause = 1'000'000;

}  // namespace

CollectiveAction::CollectiveAction(std::shared_ptr<Comm> comm, std::vector<Collective> group,
                                   std::vector<std::shared_ptr<void>> held)
    : comm_(std::move(comm)), group_(std::move(group)), held_(std::move(held)), ticket_(comm_->tickets_++) {}

CollectiveAction::~CollectiveAction() {
  if (state_ == State::made) Comm::miss(comm_);
}

bool CollectiveAction::takes_time(const Driver&) const noexcept {
  return comm_->failure_ != nullptr || comm_->turn_ != ticket_ || !comm_->native_->takes_at_once();
}

Status CollectiveAction::carry_out(Driver&, StreamHandle stream) noexcept {
  return comm_->core().capturing ? kCaptureUnsupported : begin(stream);
}

Task<ErrorPtr> CollectiveAction::run(StreamTurn& turn) {
  Nanoseconds pause = kFirstPause;
  Status status = begin(turn.stream());
  while (status == kNotReady) {
    (void)co_await sleep_until(comm_->core().executor->now() + pause);
    pause = std::min(2 * pause, kLongestPause);
    status = advance(turn.stream());
  }
  if (status == kSuccess) co_return nullptr;
  ErrorPtr error = failure();
  // The driver may still be about to give the stream work that uses the memory.
  while (state_ == State::submitted && !comm_->silent() && !comm_->core().gave_up) {
    (void)co_await sleep_until(comm_->core().executor->now() + kLongestPause);
  }
  co_return error;
}

Status CollectiveAction::begin(StreamHandle stream) noexcept {
  state_ = State::waiting;
  deadline_ = comm_->deadline();
  return advance(stream);
}

// waiting for its turn -> submitted -> taken by the driver.
Status CollectiveAction::advance(StreamHandle stream) noexcept {
  Comm& comm = *comm_;
  const DeviceCore& core = comm.core();
  if (comm.failure_ != nullptr) return comm.failure_->number;
  Status status = kNotReady;
  if (comm.turn_ == ticket_) {
    status = comm.native_->progress();
    if (status == kSuccess && state_ == State::waiting) {
      state_ = State::submitted;
      status = comm.native_->enqueue(group_, stream);
    }
  }
  // A device that closes lets go on what the driver has, and begins nothing later.
  if (status == kNotReady && state_ == State::waiting && core.refusal() != nullptr) return core.refusal()->number;
  if (status == kNotReady && core.executor->now() >= deadline_) status = kCollectiveTimeout;
  if (status == kNotReady) return status;
  if (status != kSuccess) {
    comm.fail(status);
    return status;
  }
  state_ = State::taken;
  ++comm.turn_;
  outcome_ = comm.took_off(comm_, stream, deadline_);
  return kSuccess;
}

ErrorPtr CollectiveAction::failure() const noexcept {
  return comm_->failure_ != nullptr ? comm_->failure_ : comm_->core().refusal();
}

ErrorPtr CollectiveAction::finished(ErrorPtr error) noexcept {
  return error != nullptr || outcome_ == nullptr ? error : comm_->arrived(outcome_);
}

const char* CollectiveAction::name() const noexcept {
  return group_.size() == 1 ? name_of(group_.front().kind) : "group";
}

std::size_t CollectiveAction::bytes() const noexcept {
  std::size_t bytes = 0;
  for (const Collective& operation : group_) bytes += operation.count * bytes_of(operation.element);
  return bytes;
}

}  // namespace heddle::cuda
