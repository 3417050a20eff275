#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "native/ready_queue.hpp"

namespace heddle {

// The order in which ready coroutines run where that is not simply the order of the queue. With a seed it is
// pseudo-random and depends on nothing else, for tests that look for races and replay the one they found; without one
// it is first come, first served. It owns nothing.
class SeededOrder {
 public:
  explicit SeededOrder(std::optional<std::uint64_t> seed) noexcept
      : seeded_(seed.has_value()), state_(seed.value_or(0)) {}

  // What it has taken from the queue and not yet picked.
  [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

  // Takes one out of all that is ready. Precondition: there is one, in `ready` or here.
  [[nodiscard]] Runnable& pick(ReadyQueue& ready) {
    if (!seeded_) return ready.pop();
    while (!ready.empty()) waiting_.push_back(&ready.pop());
    Runnable*& chosen = waiting_[next() % waiting_.size()];
    Runnable& runnable = *chosen;
    chosen = waiting_.back();
    waiting_.pop_back();
    return runnable;
  }

 private:
  // splitmix64 (Steele, Lea and Flood, 2014): the same on every platform.
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

  bool seeded_;
  std::uint64_t state_;
  std::vector<Runnable*> waiting_;
};

}  // namespace heddle
