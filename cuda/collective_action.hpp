#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda/action.hpp"
#include "cuda/comm.hpp"

namespace heddle::cuda {

// A group of operations of one rank, on a stream of its device. The rank's operations reach the driver in the order in
// which they were made here, whatever streams they are on and whatever holds those up: the other ranks count on it.
class CollectiveAction final : public StreamAction {
 public:
  // All of one rank on the same thread. `held` keeps the memory that they use.
  CollectiveAction(std::shared_ptr<Comm> comm, std::vector<Collective> group, std::vector<std::shared_ptr<void>> held);
  // One that was never begun breaks its group: the other ranks would meet the next in its place.
  ~CollectiveAction() override;

  // Until the driver has taken it. The device is still at it then.
  [[nodiscard]] bool takes_time(const Driver& driver) const noexcept override;
  [[nodiscard]] Task<ErrorPtr> run(StreamTurn& turn) override;
  Status carry_out(Driver& driver, StreamHandle stream) noexcept override;
  [[nodiscard]] ErrorPtr finished(ErrorPtr error) noexcept override;
  [[nodiscard]] Operation operation() const noexcept override { return Operation::collective; }
  [[nodiscard]] const char* name() const noexcept override;
  [[nodiscard]] std::string arguments() const override { return comm_->arguments(); }
  [[nodiscard]] std::size_t bytes() const noexcept override;

 private:
  enum class State : std::uint8_t { made, waiting, submitted, taken };

  [[nodiscard]] Status begin(StreamHandle stream) noexcept;
  [[nodiscard]] Status advance(StreamHandle stream) noexcept;
  [[nodiscard]] ErrorPtr failure() const noexcept;

  const std::shared_ptr<Comm> comm_;
  const std::vector<Collective> group_;
  const std::vector<std::shared_ptr<void>> held_;
  const std::uint64_t ticket_;
  State state_ = State::made;
  Nanoseconds deadline_ = 0;
  Comm::Outcome outcome_;
};

}  // namespace heddle::cuda
