#include <sys/random.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "cuda/host/collective_group.hpp"
#include "cuda/host/driver.hpp"
#include "cuda/host/job.hpp"

// Collectives between host devices of this process.
namespace heddle::cuda::host {

namespace {

constexpr int kMostRanks = 1 << 16;

// What a rank's operations in flight share with its communicator, which they may outlive.
struct Rank {
  Rank(std::shared_ptr<CollectiveGroup> all, int own) noexcept : group(std::move(all)), number(own) {}

  std::shared_ptr<CollectiveGroup> group;
  const int number;
  std::atomic<bool> aborted{false};
  std::atomic<Status> failure{kSuccess};

  void fail(Status status) noexcept {
    Status none = kSuccess;
    failure.compare_exchange_strong(none, status);
  }
};

class CollectiveJob final : public Job {
 public:
  CollectiveJob(std::shared_ptr<Rank> rank, std::vector<PlacedCollective> operations) noexcept
      : rank_(std::move(rank)), operations_(std::move(operations)) {}

  // What goes wrong is the group's, and does not kill the device.
  Status run(const std::atomic<bool>& stop) noexcept override {
    try {
      const Status status = rank_->group->run(rank_->number, operations_, stop, rank_->aborted);
      if (status != kSuccess) rank_->fail(rank_->aborted ? kCollectiveAborted : status);
    } catch (...) {
      rank_->fail(kMemoryAllocation);
    }
    return kSuccess;
  }
  // It waits for others, which the device's thread must not.
  [[nodiscard]] std::size_t weight() const noexcept override { return SIZE_MAX; }

 private:
  std::shared_ptr<Rank> rank_;
  std::vector<PlacedCollective> operations_;
};

class HostCommunicator final : public Communicator {
 public:
  HostCommunicator(HostDriver& driver, std::shared_ptr<CollectiveGroup> group, int rank)
      : driver_(driver), rank_(std::make_shared<Rank>(std::move(group), rank)) {}
  ~HostCommunicator() override { rank_->group->leave(); }

  Status enqueue(std::span<const Collective> group, StreamHandle stream) noexcept override {
    try {
      std::vector<PlacedCollective> placed;
      for (const Collective& operation : group) placed.push_back(rank_->group->place(rank_->number, operation));
      return driver_.enqueue(Operation::collective, stream, std::make_unique<CollectiveJob>(rank_, std::move(placed)));
    } catch (...) {
      return kMemoryAllocation;
    }
  }

  // The stream's thread waits for the others.
  [[nodiscard]] bool takes_at_once() const noexcept override { return true; }

  Status progress() noexcept override {
    if (const Status failure = rank_->failure.load(); failure != kSuccess) return failure;
    return rank_->group->joining();
  }

  [[nodiscard]] std::string reason() const override {
    return rank_->failure.load() == kCollectiveMismatch ? rank_->group->disagreement() : std::string();
  }

 private:
  void break_off() noexcept override {
    rank_->aborted.store(true);
    rank_->fail(kCollectiveAborted);
    rank_->group->leave();
  }

  HostDriver& driver_;
  std::shared_ptr<Rank> rank_;
};

}  // namespace

Status HostDriver::comm_id(CommId& id, std::string&) noexcept {
  const Call call = begin(Operation::comm_id);
  if (call.status != kSuccess) return call.status;
  return getrandom(id.data(), id.size(), 0) == static_cast<ssize_t>(id.size()) ? kSuccess : kOperatingSystem;
}

Status HostDriver::comm_open(const CommId& id, int rank, int size, std::unique_ptr<Communicator>& made,
                             std::string& reason) noexcept {
  const Call call = begin(Operation::comm_open);
  if (call.status != kSuccess) return call.status;
  if (size > kMostRanks) {
    reason = "Host devices of one process are not more than " + std::to_string(kMostRanks);
    return kInvalidValue;
  }
  try {
    std::shared_ptr<CollectiveGroup> group = CollectiveGroup::join(id, rank, size);
    if (group == nullptr) {
      reason = "The group has this rank already, or is of another size";
      return kInvalidValue;
    }
    made = std::make_unique<HostCommunicator>(*this, std::move(group), rank);
    return kSuccess;
  } catch (...) {
    return kMemoryAllocation;
  }
}

}  // namespace heddle::cuda::host
