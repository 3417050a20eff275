#include "cuda/host/collective_group.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "cuda/error.hpp"
#include "cuda/host/reduce.hpp"
#include "native/immortal.hpp"

namespace heddle::cuda::host {

namespace {

// How often somebody who waits looks whether it still should: work must notice a stop in a millisecond or so.
constexpr std::chrono::milliseconds kLook{1};

struct Registry {
  std::mutex mutex;
  std::map<CommId, std::weak_ptr<CollectiveGroup>> groups;
};

Registry& registry() {
  static Immortal<Registry> instance;
  return *instance;
}

bool agree(const Collective& a, const Collective& b) noexcept {
  return a.kind == b.kind && a.element == b.element && a.reduction == b.reduction && a.peer == b.peer &&
         a.count == b.count;
}

}  // namespace

std::shared_ptr<CollectiveGroup> CollectiveGroup::join(const CommId& id, int rank, int size) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  std::erase_if(all.groups, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<CollectiveGroup>& known = all.groups[id];
  std::shared_ptr<CollectiveGroup> group = known.lock();
  if (group == nullptr) {
    group = std::make_shared<CollectiveGroup>(size);
    known = group;
  }
  const std::lock_guard inside(group->mutex_);
  const auto index = static_cast<std::size_t>(rank);
  if (group->joined_.size() != static_cast<std::size_t>(size) || group->joined_[index]) return nullptr;
  group->joined_[index] = true;
  group->complete_ = static_cast<std::size_t>(++group->ranks_) == group->joined_.size() && !group->broken_;
  return group;
}

CollectiveGroup::CollectiveGroup(int size)
    : joined_(static_cast<std::size_t>(size), false), meetings_of_(static_cast<std::size_t>(size), 0) {}

Status CollectiveGroup::joining() {
  const std::lock_guard lock(mutex_);
  if (complete_) return kSuccess;
  return broken_ ? kCollectiveRemote : kNotReady;
}

std::string CollectiveGroup::disagreement() {
  const std::lock_guard lock(mutex_);
  return disagreement_;
}

PlacedCollective CollectiveGroup::place(int rank, const Collective& operation) {
  const std::lock_guard lock(mutex_);
  if (operation.kind == CollectiveKind::send) return {operation, messages_of_[{rank, operation.peer, true}]++};
  if (operation.kind == CollectiveKind::receive) return {operation, messages_of_[{operation.peer, rank, false}]++};
  return {operation, meetings_of_[static_cast<std::size_t>(rank)]++};
}

void CollectiveGroup::leave() {
  const std::lock_guard lock(mutex_);
  broken_ = true;
  changed_.notify_all();
}

Status CollectiveGroup::run(int rank, const std::vector<PlacedCollective>& operations, const std::atomic<bool>& stop,
                            const std::atomic<bool>& aborted) {
  std::unique_lock lock(mutex_);
  std::vector<Route> sent;
  for (const PlacedCollective& placed : operations) {
    if (placed.operation.kind != CollectiveKind::send) continue;
    sent.emplace_back(rank, placed.operation.peer, placed.place);
    posts_[sent.back()].operation = &placed.operation;
  }
  changed_.notify_all();
  Status status = kSuccess;
  for (const PlacedCollective& placed : operations) {
    if (status != kSuccess || placed.operation.kind == CollectiveKind::send) continue;
    status = placed.operation.kind == CollectiveKind::receive ? receive(lock, rank, placed, stop, aborted)
                                                              : meet(lock, rank, placed, stop, aborted);
  }
  // Also after a failure: nobody may read from here once this returns.
  for (const Route& route : sent) {
    const Status ended = await_sent(lock, route, stop, aborted);
    if (status == kSuccess) status = ended;
  }
  if (status != kSuccess) {
    broken_ = true;
    changed_.notify_all();
  }
  return status;
}

// False: it is over, without `ready`.
template <class Predicate>
bool CollectiveGroup::wait(std::unique_lock<std::mutex>& lock, const std::atomic<bool>& stop,
                           const std::atomic<bool>& aborted, Predicate ready) {
  while (!ready()) {
    if (broken_ || stop.load(std::memory_order_relaxed) || aborted.load(std::memory_order_relaxed)) return false;
    changed_.wait_for(lock, kLook);
  }
  return true;
}

Status CollectiveGroup::meet(std::unique_lock<std::mutex>& lock, int rank, const PlacedCollective& placed,
                             const std::atomic<bool>& stop, const std::atomic<bool>& aborted) {
  Meeting& meeting = meetings_[placed.place];
  meeting.operations.resize(joined_.size());
  meeting.operations[static_cast<std::size_t>(rank)] = &placed.operation;
  if (static_cast<std::size_t>(++meeting.arrived) == joined_.size() && !broken_) {
    const bool agreed = std::all_of(meeting.operations.begin(), meeting.operations.end(),
                                    [&](const Collective* other) { return agree(*other, placed.operation); });
    meeting.working = true;
    lock.unlock();
    if (agreed) carry_out_together(meeting.operations);
    lock.lock();
    meeting.status = agreed ? kSuccess : disagree(meeting.operations);
    meeting.done = true;
    changed_.notify_all();
  }
  // Once somebody works on it the buffers are in use, whatever happens.
  const bool met = wait(lock, stop, aborted, [&] { return meeting.done || meeting.working; });
  if (met) changed_.wait(lock, [&] { return meeting.done; });
  const Status status = met ? meeting.status : kCollectiveRemote;
  if (!met) {
    // It can't take place any more: the others must not meet a buffer that is gone.
    broken_ = true;
    changed_.notify_all();
  }
  if (++meeting.left == meeting.arrived && (meeting.done || broken_)) meetings_.erase(placed.place);
  return status;
}

// For people: "rank 0: all-reduce of 1 u32, sum; rank 1: ...".
Status CollectiveGroup::disagree(const std::vector<const Collective*>& operations) {
  disagreement_.clear();
  for (std::size_t rank = 0; rank < operations.size(); ++rank) {
    if (operations[rank] == nullptr) continue;
    if (!disagreement_.empty()) disagreement_ += "; ";
    disagreement_ += "rank " + std::to_string(rank) + ": " + description_of(*operations[rank]);
  }
  return kCollectiveMismatch;
}

Status CollectiveGroup::receive(std::unique_lock<std::mutex>& lock, int rank, const PlacedCollective& placed,
                                const std::atomic<bool>& stop, const std::atomic<bool>& aborted) {
  const Collective& operation = placed.operation;
  const Route route{operation.peer, rank, placed.place};
  const auto posted = [&] { return posts_.contains(route); };
  if (!wait(lock, stop, aborted, posted)) return kCollectiveRemote;
  Post& post = posts_[route];
  const bool agreed = post.operation->count == operation.count && post.operation->element == operation.element;
  post.copying = true;
  lock.unlock();
  const std::size_t bytes = operation.count * bytes_of(operation.element);
  if (agreed) std::memmove(operation.destination, post.operation->source, bytes);
  lock.lock();
  post.status = kSuccess;
  if (!agreed) {
    std::vector<const Collective*> both(joined_.size());
    both[static_cast<std::size_t>(operation.peer)] = post.operation;
    both[static_cast<std::size_t>(rank)] = &operation;
    post.status = disagree(both);
  }
  post.done = true;
  changed_.notify_all();
  return post.status;
}

Status CollectiveGroup::await_sent(std::unique_lock<std::mutex>& lock, const Route& route,
                                   const std::atomic<bool>& stop, const std::atomic<bool>& aborted) {
  const Post& post = posts_[route];
  const bool met = wait(lock, stop, aborted, [&] { return post.done || post.copying; });
  if (met) changed_.wait(lock, [&] { return post.done; });
  const Status status = met ? post.status : kCollectiveRemote;
  posts_.erase(route);
  return status;
}

}  // namespace heddle::cuda::host
