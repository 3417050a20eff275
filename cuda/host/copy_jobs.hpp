#pragma once

#include <span>
#include <vector>

#include "cuda/host/job.hpp"
#include "cuda/row_copy.hpp"

namespace heddle::cuda::host {

// Copies of rows, one after the other.
class CopyJob final : public Job {
 public:
  explicit CopyJob(const RowCopy& copy) : copies_{copy} {}
  explicit CopyJob(std::span<const PlainCopy> copies) {
    copies_.reserve(copies.size());
    for (const PlainCopy& copy : copies) copies_.push_back(rows_of(copy));
  }

  Status run(const std::atomic<bool>& stop) noexcept override;
  [[nodiscard]] std::size_t weight() const noexcept override;

 private:
  std::vector<RowCopy> copies_;
};

}  // namespace heddle::cuda::host
