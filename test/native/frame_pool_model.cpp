#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "native/frame_pool.hpp"
#include "native/inbox.hpp"
#include "test/native/support/allocations.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

// A frame that knows its size, and is full of a mark: where two frames overlap, or the pool writes into one, it shows.
struct Frame {
  Frame* next;
  std::size_t bytes;
  unsigned char mark;

  [[nodiscard]] static Frame& make(std::size_t bytes, test::Random& random) {
    auto* const frame = static_cast<Frame*>(frame_pool::allocate(bytes));
    const auto mark = static_cast<unsigned char>(random.between(0, 255));
    std::memset(static_cast<void*>(frame), mark, bytes);
    frame->bytes = bytes;
    frame->mark = mark;
    return *frame;
  }
  // False: its contents have changed.
  [[nodiscard]] static bool free(Frame& frame) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(&frame);
    bool intact = true;
    for (std::size_t i = sizeof(Frame); i < frame.bytes; ++i) intact = intact && bytes[i] == frame.mark;
    frame_pool::deallocate(&frame, frame.bytes);
    return intact;
  }
};

constexpr std::size_t kMostFrames = 300;
constexpr std::size_t kLargestClass = 1032;

// Mostly of one of the classes, some larger than all of them.
std::size_t any_size(test::Random& random) {
  return random.between(sizeof(Frame), random.one_in(20) ? 5 * kLargestClass : kLargestClass);
}

// Makes and frees at random, and frees all at its end.
class Churn {
 public:
  Churn() { frames_.reserve(kMostFrames); }

  void run(test::Random random, int steps) {
    // One of two has frames of one size only, so many that they fill its lists.
    const std::size_t only = random.one_in(2) ? any_size(random) : 0;
    for (int i = 0; i < steps; ++i) {
      if (frames_.size() < kMostFrames && (frames_.empty() || random.between(1, 100) <= 51)) {
        frames_.push_back(&Frame::make(only != 0 ? only : any_size(random), random));
        large += frames_.back()->bytes > kLargestClass ? 1 : 0;
      } else {
        std::swap(frames_[random.between<std::size_t>(0, frames_.size() - 1)], frames_.back());
        free_last();
      }
    }
    while (!frames_.empty()) free_last();
  }

  bool intact = true;
  std::size_t large = 0;  // frames that no class has room for

 private:
  void free_last() {
    intact = Frame::free(*frames_.back()) && intact;
    frames_.pop_back();
  }

  std::vector<Frame*> frames_;
};

TEST_CASE("frame_pool: random frames keep their contents, and a second time all of them come from the pool") {
  for (std::uint64_t salt = 0; salt < 10; ++salt) {
    const test::Random random(salt);
    INFO("HEDDLE_SEED=" << random.seed());
    Churn first;
    Churn second;
    std::size_t allocated = 0;
    // On a thread of its own, so that no lists are there before.
    std::jthread([&] {
      first.run(random, test::rounds(5'000));
      const std::size_t before = test::allocations();
      second.run(random, test::rounds(5'000));
      allocated = test::allocations() - before;
    }).join();
    CHECK(first.intact);
    CHECK(second.intact);
    if (test::kAllocationsCounted) CHECK(allocated == second.large);
  }
}

TEST_CASE("frame_pool: stress, threads make frames, pass them on, and free those of others") {
  constexpr std::size_t kThreads = 3;
  for (std::uint64_t salt = 0; salt < 3; ++salt) {
    INFO("HEDDLE_SEED=" << test::Random().seed());
    std::array<Inbox<Frame>, kThreads> mail;
    std::atomic<std::size_t> sending{kThreads};
    std::atomic<int> made{0};
    std::atomic<int> freed{0};
    std::atomic<bool> intact{true};
    std::vector<std::jthread> threads;
    for (std::size_t me = 0; me < kThreads; ++me) {
      threads.emplace_back([&, me] {
        test::Random random(salt * kThreads + me);
        const auto free_all = [&] {
          for (Frame* frame = mail[me].take_all(); frame != nullptr; freed.fetch_add(1)) {
            Frame& read = *std::exchange(frame, frame->next);
            if (!Frame::free(read)) intact = false;
          }
        };
        for (int left = test::rounds(5'000); left > 0; --left) {
          mail[random.between<std::size_t>(0, kThreads - 1)].push(Frame::make(any_size(random), random));
          made.fetch_add(1);
          if (random.one_in(30)) free_all();
        }
        sending.fetch_sub(1);
        while (sending.load() != 0) free_all();
        free_all();
      });
    }
    threads.clear();
    CHECK(intact);
    CHECK(made == freed);
  }
}

}  // namespace

}  // namespace heddle
