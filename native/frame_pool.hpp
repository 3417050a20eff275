#pragma once

#include <array>
#include <cstddef>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEDDLE_BYPASS_FRAME_POOL 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEDDLE_BYPASS_FRAME_POOL 1
#endif
#endif

namespace heddle::frame_pool {

// Coroutine frames come from per-thread lists, one for each size class of 16 bytes up to 1 KiB; larger frames use the
// global allocator. A frame may be freed on any thread: it joins the list of the thread that frees it. A thread keeps up
// to two full lists of a class (Bonwick's magazines); what exceeds them goes, a list at a time, to a depot that all
// threads share, so that a thread which only makes frames gets back what another only frees. When the depot is full, a
// list of another class gives way. What has no place then goes back to the global allocator, and so do a thread's lists
// when it ends. Sanitizer builds bypass the pool so that use-after-free of a frame is reported.
inline constexpr std::size_t kClasses = 64;
inline constexpr std::size_t kListBytes = std::size_t{64} << 10;
inline constexpr std::size_t kDepotBytes = std::size_t{32} << 20;

#ifdef HEDDLE_BYPASS_FRAME_POOL

[[nodiscard]] inline void* allocate(std::size_t bytes) { return ::operator new(bytes); }
inline void deallocate(void* frame, std::size_t) noexcept { ::operator delete(frame); }

#else

namespace detail {

struct FreeFrame {
  FreeFrame* next;
  std::size_t room;  // how many more the list takes on top of this one
};

// Two lists of a class. A list never runs out of nodes: its last one is the class's bottom, which is no frame and is
// never taken.
struct Lists {
  FreeFrame* top;
  FreeFrame* spare;  // empty or full
};

struct Cache {
  std::array<Lists, kClasses> lists;
};

// A plain pointer keeps the hot path short. Before a thread has made a frame, and after
// it has returned its lists, this is a cache that has nothing and takes nothing.
extern thread_local constinit Cache* cache;

[[nodiscard]] void* allocate_slowly(std::size_t bytes);
void deallocate_slowly(void* frame, std::size_t bytes) noexcept;

// The classes are what malloc gives without waste, where each block is a multiple of 16 bytes of which 8 are its header:
// 24, 40, 56 ... 1032.
constexpr std::size_t kFirstClass = 24;
constexpr std::size_t kClassStep = 16;
constexpr std::size_t class_of(std::size_t bytes) noexcept {
  return bytes <= kFirstClass ? 0 : (bytes - kFirstClass + kClassStep - 1) / kClassStep;
}
constexpr std::size_t class_bytes(std::size_t index) noexcept { return kFirstClass + index * kClassStep; }

}  // namespace detail

// Inline, because the compiler knows the size of each frame where it allocates it: what is left is a few loads.
[[nodiscard]] inline void* allocate(std::size_t bytes) {
  const std::size_t index = detail::class_of(bytes);
  if (index < kClasses) [[likely]] {
    detail::Lists& list = detail::cache->lists[index];
    detail::FreeFrame* frame = list.top;
    if (frame->next != nullptr) [[likely]] {
      list.top = frame->next;
      return frame;
    }
  }
  return detail::allocate_slowly(bytes);
}

inline void deallocate(void* frame, std::size_t bytes) noexcept {
  const std::size_t index = detail::class_of(bytes);
  if (index < kClasses) [[likely]] {
    detail::Lists& list = detail::cache->lists[index];
    if (list.top->room != 0) [[likely]] {
      list.top = ::new (frame) detail::FreeFrame{list.top, list.top->room - 1};
      return;
    }
  }
  detail::deallocate_slowly(frame, bytes);
}

#endif

}  // namespace heddle::frame_pool
