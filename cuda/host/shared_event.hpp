#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "cuda/host/job.hpp"
#include "cuda/host/shared_mapping.hpp"

namespace heddle::cuda::host {

// What an event is to the processes that share it. Records are counted when they are handed over, and again when they are
// reached; a wait means all that were handed over before it.
struct SharedCounts {
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> reached{0};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

[[nodiscard]] inline SharedCounts& counts_in(const SharedMapping& mapping) noexcept {
  return *reinterpret_cast<SharedCounts*>(mapping.address());
}

class SharedRecord final : public Job {
 public:
  // Counts the record.
  explicit SharedRecord(std::shared_ptr<SharedMapping> event) noexcept
      : event_(std::move(event)), record_(counts_in(*event_).records.fetch_add(1) + 1) {}
  // Nobody waits for what will not happen.
  ~SharedRecord() override { reach(); }

  Status run(const std::atomic<bool>&) noexcept override {
    reach();
    return kSuccess;
  }
  [[nodiscard]] std::size_t weight() const noexcept override { return 0; }

 private:
  void reach() noexcept {
    std::atomic<std::uint64_t>& reached = counts_in(*event_).reached;
    std::uint64_t seen = reached.load();
    while (seen < record_ && !reached.compare_exchange_weak(seen, record_)) {
    }
  }

  const std::shared_ptr<SharedMapping> event_;
  const std::uint64_t record_;
};

class SharedWait final : public Job {
 public:
  explicit SharedWait(std::shared_ptr<SharedMapping> event) noexcept
      : event_(std::move(event)), record_(counts_in(*event_).records.load()) {}

  Status run(const std::atomic<bool>& stop) noexcept override;
  [[nodiscard]] std::size_t weight() const noexcept override { return there() ? 0 : SIZE_MAX; }

 private:
  [[nodiscard]] bool there() const noexcept { return counts_in(*event_).reached.load() >= record_; }

  const std::shared_ptr<SharedMapping> event_;
  const std::uint64_t record_;
};

}  // namespace heddle::cuda::host
