#pragma once

#include <memory>
#include <utility>

#include "cuda/action.hpp"
#include "native/event.hpp"

namespace heddle::cuda {

// What follows on the stream waits until another device has got somewhere. The streams of two devices meet on their
// threads: one opens the gate when it is there, the other goes on.
class PeerWaitAction final : public StreamAction {
 public:
  explicit PeerWaitAction(std::shared_ptr<SharedEvent> gate) noexcept : gate_(std::move(gate)) {}

  [[nodiscard]] bool takes_time(const Driver&) const noexcept override { return !gate_->is_set(); }
  // A device that closes or has died does not wait for others.
  [[nodiscard]] Task<ErrorPtr> run(StreamTurn& turn) override;
  Status carry_out(Driver&, StreamHandle) noexcept override { return kSuccess; }
  [[nodiscard]] Operation operation() const noexcept override { return Operation::stream_wait_event; }
  [[nodiscard]] const char* name() const noexcept override { return "peer wait"; }

 private:
  std::shared_ptr<SharedEvent> gate_;
};

}  // namespace heddle::cuda
