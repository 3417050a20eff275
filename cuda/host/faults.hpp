#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "cuda/host/options.hpp"

namespace heddle::cuda::host {

// Counts the calls of a host device and says which of them fail.
class Faults {
 public:
  explicit Faults(const Options& options);
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  // Any thread; once for each call.
  [[nodiscard]] std::optional<Fault> count(Operation operation) noexcept;
  [[nodiscard]] bool loses_completions() const noexcept;

 private:
  std::vector<Fault> faults_;
  std::shared_ptr<CallCounts> counts_;
};

}  // namespace heddle::cuda::host
