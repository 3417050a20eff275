#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cuda/action.hpp"
#include "cuda/row_copy.hpp"

namespace heddle::cuda {

// Many copies at once, in no order among themselves. The driver may do them together.
class BatchCopyAction final : public StreamAction {
 public:
  // Both sides of a copy have the same length, and neither overlaps what another writes.
  void add(Span destination, Span source);

  [[nodiscard]] bool takes_time(const Driver& driver) const noexcept override;
  [[nodiscard]] Task<ErrorPtr> run(StreamTurn& turn) override;
  Status carry_out(Driver& driver, StreamHandle stream) noexcept override;
  [[nodiscard]] Operation operation() const noexcept override { return Operation::copy_batch; }
  [[nodiscard]] const char* name() const noexcept override { return "copyBatch"; }
  [[nodiscard]] std::string arguments() const override;
  [[nodiscard]] std::size_t bytes() const noexcept override { return bytes_; }

 private:
  std::vector<PlainCopy> copies_;
  std::vector<std::shared_ptr<void>> held_;
  std::size_t bytes_ = 0;
};

}  // namespace heddle::cuda
