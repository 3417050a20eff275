#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "cuda/communicator.hpp"

namespace heddle::cuda::host {

// One operation with its place among those of its kind, by which it finds the others' of the same place, whatever streams
// they are on.
struct PlacedCollective {
  Collective operation;
  std::uint64_t place = 0;
};

// Host devices of this process that communicate: where they meet. Who comes last does the work for all, the others wait;
// sends are copied by the receiver. Any thread.
class CollectiveGroup {
 public:
  // The group of that id, which is made by whoever comes first. Null: the rank is taken, or the group has another size.
  // Throws std::bad_alloc.
  [[nodiscard]] static std::shared_ptr<CollectiveGroup> join(const CommId& id, int rank, int size);

  explicit CollectiveGroup(int size);
  CollectiveGroup(const CollectiveGroup&) = delete;
  CollectiveGroup& operator=(const CollectiveGroup&) = delete;

  // kNotReady until all ranks have come; kCollectiveRemote when one of them has left before that.
  [[nodiscard]] Status joining();
  // What the ranks asked for when they did not ask for the same; else empty.
  [[nodiscard]] std::string disagreement();
  // Numbers an operation of a rank, in the order in which it gives them.
  [[nodiscard]] PlacedCollective place(int rank, const Collective& operation);
  // Carries out the operations, waiting for the others. Returns early when `stop` or `aborted` is set, or when somebody has
  // left: kCollectiveRemote. kCollectiveMismatch: the ranks do not ask for the same.
  [[nodiscard]] Status run(int rank, const std::vector<PlacedCollective>& operations, const std::atomic<bool>& stop,
                           const std::atomic<bool>& aborted);
  // One of the ranks goes, and nobody can meet it any more.
  void leave();

 private:
  struct Meeting {
    std::vector<const Collective*> operations;  // by rank
    int arrived = 0;
    int left = 0;
    bool working = false;
    bool done = false;
    Status status = kSuccess;
  };
  struct Post {
    const Collective* operation = nullptr;
    bool copying = false;
    bool done = false;
    Status status = kSuccess;
  };
  // From, to, and which of those.
  using Route = std::tuple<int, int, std::uint64_t>;

  template <class Predicate>
  bool wait(std::unique_lock<std::mutex>& lock, const std::atomic<bool>& stop, const std::atomic<bool>& aborted,
            Predicate ready);
  Status meet(std::unique_lock<std::mutex>& lock, int rank, const PlacedCollective& placed,
              const std::atomic<bool>& stop, const std::atomic<bool>& aborted);
  Status receive(std::unique_lock<std::mutex>& lock, int rank, const PlacedCollective& placed,
                 const std::atomic<bool>& stop, const std::atomic<bool>& aborted);
  // With the lock: takes note of what they asked for, by rank; null where one did not ask.
  Status disagree(const std::vector<const Collective*>& operations);
  Status await_sent(std::unique_lock<std::mutex>& lock, const Route& route, const std::atomic<bool>& stop,
                    const std::atomic<bool>& aborted);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> joined_;
  int ranks_ = 0;         // that have come
  bool complete_ = false;  // all of them came, before any left
  bool broken_ = false;    // somebody has left: what has not begun won't
  std::string disagreement_;
  std::vector<std::uint64_t> meetings_of_;                          // by rank
  std::map<std::tuple<int, int, bool>, std::uint64_t> messages_of_;  // from, to, whether counted by the sender
  std::map<std::uint64_t, Meeting> meetings_;
  std::map<Route, Post> posts_;
};

}  // namespace heddle::cuda::host
