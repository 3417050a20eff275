#include "native/frame_pool.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "native/inbox.hpp"
#include "test/native/support/allocations.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

using frame_pool::allocate;
using frame_pool::deallocate;

TEST_CASE("frame_pool: a freed frame serves the next one of its size class") {
  if (test::kSanitized) return;
  void* first = allocate(41);
  deallocate(first, 41);
  const std::size_t before = test::allocations();
  void* second = allocate(56);  // 41 and 56 bytes are one class
  CHECK(second == first);
  CHECK(test::allocations() == before);
  void* third = allocate(56);
  CHECK(third != second);
  deallocate(second, 56);
  deallocate(third, 56);
}

TEST_CASE("frame_pool: every byte of a frame can be used, at each class border") {
  std::vector<std::pair<unsigned char*, std::size_t>> frames;
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t bytes : {0, 1, 24, 25, 40, 41, 56, 1016, 1017, 1032, 1033, 4096, 1 << 20}) {
      auto* frame = static_cast<unsigned char*>(allocate(bytes));
      CHECK(reinterpret_cast<std::uintptr_t>(frame) % alignof(std::max_align_t) == 0);
      std::memset(frame, static_cast<int>(frames.size() + 1), bytes);
      frames.emplace_back(frame, bytes);
    }
    int mark = 0;
    for (const auto& [frame, bytes] : frames) {
      ++mark;
      CHECK(std::all_of(frame, frame + bytes, [mark](unsigned char byte) { return byte == mark; }));
      deallocate(frame, bytes);
    }
    frames.clear();
  }
}

TEST_CASE("frame_pool: a frame freed on another thread joins that thread's list") {
  if (test::kSanitized) return;
  void* frame = allocate(500);
  bool reused = false;
  std::jthread([&] {
    deallocate(frame, 500);
    void* again = allocate(500);
    reused = again == frame;
    deallocate(again, 500);
  }).join();
  CHECK(reused);
}

TEST_CASE("frame_pool: what exceeds the bound goes back to the allocator") {
  if (test::kSanitized) return;
  constexpr std::size_t kBytes = 1032;  // all of the largest class
  constexpr std::size_t kCacheable = (frame_pool::kDepotBytes + 2 * frame_pool::kListBytes) / kBytes;
  std::vector<void*> frames(kCacheable + 1000);
  for (void*& frame : frames) frame = allocate(kBytes);
  for (void* frame : frames) deallocate(frame, kBytes);
  const std::size_t before = test::allocations();
  for (void*& frame : frames) frame = allocate(kBytes);
  CHECK(test::allocations() - before >= 1000);
  for (void* frame : frames) deallocate(frame, kBytes);
}

TEST_CASE("frame_pool: what one thread frees serves another that only makes frames") {
  if (test::kSanitized) return;
  constexpr std::size_t kBytes = 600;
  constexpr std::size_t kFrames = 4 * frame_pool::kListBytes / kBytes;
  std::vector<void*> frames(kFrames);
  for (void*& frame : frames) frame = allocate(kBytes);
  std::jthread([&] {
    for (void* frame : frames) deallocate(frame, kBytes);
  }).join();
  const std::size_t before = test::allocations();
  for (void*& frame : frames) frame = allocate(kBytes);
  CHECK(test::allocations() - before <= kFrames * 3 / 4);
  for (void* frame : frames) deallocate(frame, kBytes);
}

// Constructed before the pool's own thread-local, so destroyed after it.
struct FreesAtThreadEnd {
  void* frame = nullptr;
  ~FreesAtThreadEnd() {
    deallocate(frame, 96);
    deallocate(allocate(96), 96);
  }
};

TEST_CASE("frame_pool: frames may be freed and made after the thread's lists are gone") {
  std::jthread([] {
    static thread_local FreesAtThreadEnd late;
    late.frame = allocate(96);
    deallocate(allocate(96), 96);
  }).join();
}

struct Frame {
  Frame* next;
  std::size_t bytes;
  unsigned char mark;
};

TEST_CASE("frame_pool: threads that make frames and threads that free them") {
  constexpr int kMakers = 2;
  const int frames_each = test::rounds(50'000);
  std::array<Inbox<Frame>, kMakers> mail;
  std::atomic<int> making{kMakers};
  std::atomic<bool> intact{true};
  {
    std::vector<std::jthread> threads;
    for (int maker = 0; maker < kMakers; ++maker) {
      threads.emplace_back([&, maker] {
        for (int i = 0; i < frames_each; ++i) {
          const std::size_t bytes = sizeof(Frame) + static_cast<std::size_t>(i * 37 % 1500);
          auto* frame = static_cast<Frame*>(allocate(bytes));
          const auto mark = static_cast<unsigned char>(i);
          std::memset(static_cast<void*>(frame), mark, bytes);
          frame->bytes = bytes;
          frame->mark = mark;
          mail[static_cast<std::size_t>(maker)].push(*frame);
        }
        making.fetch_sub(1);
      });
      threads.emplace_back([&, maker] {
        auto& inbox = mail[static_cast<std::size_t>(maker)];
        for (bool last = false; !last;) {
          last = making.load() == 0;
          for (Frame* frame = inbox.take_all(); frame != nullptr;) {
            Frame* next = frame->next;
            const auto* bytes = reinterpret_cast<unsigned char*>(frame);
            for (std::size_t i = sizeof(Frame); i < frame->bytes; ++i) {
              if (bytes[i] != frame->mark) intact = false;
            }
            deallocate(frame, frame->bytes);
            frame = next;
          }
        }
      });
    }
  }
  CHECK(intact);
}

}  // namespace

}  // namespace heddle
