#include "native/frame_pool.hpp"

#ifndef HEDDLE_BYPASS_FRAME_POOL

#include <mutex>
#include <utility>

#include "native/immortal.hpp"

namespace heddle::frame_pool::detail {

namespace {

using Bottoms = std::array<FreeFrame, kClasses>;

constexpr Bottoms make_bottoms() {
  Bottoms bottoms{};
  for (std::size_t index = 0; index < kClasses; ++index) bottoms[index].room = kListBytes / class_bytes(index);
  return bottoms;
}

// The ends of all lists. Never written to.
constinit Bottoms bottoms = make_bottoms();
constinit FreeFrame closed_bottom{nullptr, 0};

constexpr Cache make_closed() {
  Cache cache{};
  for (Lists& lists : cache.lists) lists = {&closed_bottom, &closed_bottom};
  return cache;
}

// Of all threads that have no cache. Never written to.
constinit Cache closed = make_closed();

bool is_empty(const FreeFrame* list) noexcept { return list->next == nullptr; }

void release(FreeFrame* list) noexcept {
  while (!is_empty(list)) ::operator delete(std::exchange(list, list->next));
}

// Full lists. The first frame of each links it to the next in place of its `room`, which is zero.
class Depot {
 public:
  // Returns what the caller must release for it: null, a list of another class, or, when all are of this one, `list`.
  [[nodiscard]] FreeFrame* give(std::size_t index, FreeFrame* list) noexcept {
    const std::lock_guard lock(mutex_);
    FreeFrame* evicted = nullptr;
    if (lists_ == kDepotBytes / kListBytes) {
      for (std::size_t i = 0; i < kClasses && evicted == nullptr; ++i) {
        evict_ = (evict_ + 1) % kClasses;
        if (evict_ != index) evicted = pop(evict_);
      }
      if (evicted == nullptr) return list;
    }
    ++lists_;
    list->room = reinterpret_cast<std::size_t>(std::exchange(first_[index], list));
    return evicted;
  }
  // Null when there is none.
  [[nodiscard]] FreeFrame* take(std::size_t index) noexcept {
    const std::lock_guard lock(mutex_);
    return pop(index);
  }

 private:
  FreeFrame* pop(std::size_t index) noexcept {
    FreeFrame* const list = first_[index];
    if (list == nullptr) return nullptr;
    --lists_;
    first_[index] = reinterpret_cast<FreeFrame*>(std::exchange(list->room, 0));
    return list;
  }

  std::mutex mutex_;
  std::size_t lists_ = 0;
  std::size_t evict_ = 0;  // the class that gave way last
  std::array<FreeFrame*, kClasses> first_{};
};

Depot& depot() {
  static Immortal<Depot> instance;
  return *instance;
}

// Frames freed after the owner below has gone (by other thread-local destructors) go straight to the global allocator.
thread_local constinit bool ended = false;

// Constructed when a thread makes or frees its first frame.
struct CacheOwner {
  Cache owned;
  CacheOwner() noexcept {
    for (std::size_t index = 0; index < kClasses; ++index) owned.lists[index] = {&bottoms[index], &bottoms[index]};
    cache = &owned;
  }
  CacheOwner(const CacheOwner&) = delete;
  CacheOwner& operator=(const CacheOwner&) = delete;
  ~CacheOwner() {
    cache = &closed;
    ended = true;
    for (const Lists& lists : owned.lists) {
      release(lists.top);
      release(lists.spare);
    }
  }
};

void open_cache() noexcept {
  thread_local CacheOwner owner;
  cache = &owner.owned;
}

}  // namespace

thread_local constinit Cache* cache = &closed;

// The thread's list is empty, or the frame is too large for any.
void* allocate_slowly(std::size_t bytes) {
  const std::size_t index = class_of(bytes);
  if (index >= kClasses) return ::operator new(bytes);
  if (ended) return ::operator new(class_bytes(index));
  if (cache == &closed) open_cache();
  Lists& lists = cache->lists[index];
  if (!is_empty(lists.spare)) {
    std::swap(lists.top, lists.spare);
  } else if (FreeFrame* const list = depot().take(index)) {
    lists.top = list;
  } else {
    return ::operator new(class_bytes(index));
  }
  return allocate(bytes);
}

// The thread's list is full, or there is none yet, or the frame is too large for any.
void deallocate_slowly(void* frame, std::size_t bytes) noexcept {
  const std::size_t index = class_of(bytes);
  if (index >= kClasses || ended) return ::operator delete(frame);
  if (cache == &closed) {
    open_cache();
  } else {
    Lists& lists = cache->lists[index];
    if (!is_empty(lists.spare)) {
      if (FreeFrame* const surplus = depot().give(index, lists.spare)) release(surplus);
    }
    lists.spare = std::exchange(lists.top, &bottoms[index]);
  }
  deallocate(frame, bytes);
}

}  // namespace heddle::frame_pool::detail

#endif
