#pragma once

#include <ucontext.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace heddle::test {

// Runs a few short threads of execution in every order in which their atomic operations can follow each other, with up to
// a number of preemptions: where one thread is interrupted although it could go on. (Musuvathi and Qadeer, 2007: nearly
// all races need two at most.) The threads are fibers of this one, and atomic operations are sequentially consistent, so
// this checks the algorithm; the memory orders are left to ThreadSanitizer and the stress tests.
class Interleavings {
 public:
  explicit Interleavings(int preemptions) noexcept : preemptions_(preemptions) {}

  // `scenario(run)` sets up, calls run({functions}) once, and checks what came out. It is repeated for each schedule.
  // Returns how many there were.
  template <class Scenario>
  std::size_t explore(Scenario&& scenario) {
    std::size_t schedules = 0;
    do {
      scenario([this](std::vector<std::function<void()>> threads) { run(std::move(threads)); });
      ++schedules;
    } while (next_schedule());
    return schedules;
  }

  // Called before every atomic operation.
  static void step() noexcept {
    if (active_ != nullptr && !holding_) active_->yield();
  }
  // Until it is called with false, the thread of execution is not interrupted.
  static void hold(bool on) noexcept { holding_ = on; }

 private:
  static constexpr std::size_t kStack = std::size_t{64} << 10;

  struct Fiber {
    std::function<void()> body;
    std::unique_ptr<char[]> stack = std::make_unique<char[]>(kStack);
    ucontext_t context{};
    bool done = false;
  };
  struct Choice {
    std::size_t taken;
    std::size_t options;
  };

  void run(std::vector<std::function<void()>> threads) {
    fibers_.clear();
    for (auto& body : threads) {
      Fiber& fiber = fibers_.emplace_back();
      fiber.body = std::move(body);
    }
    for (Fiber& fiber : fibers_) {
      getcontext(&fiber.context);
      fiber.context.uc_stack.ss_sp = fiber.stack.get();
      fiber.context.uc_stack.ss_size = kStack;
      fiber.context.uc_link = &main_;
      makecontext(&fiber.context, &Interleavings::enter, 0);
    }
    active_ = this;
    depth_ = 0;
    left_ = preemptions_;
    current_ = fibers_.size();
    for (pick(); current_ < fibers_.size(); pick()) swapcontext(&main_, &fibers_[current_].context);
    active_ = nullptr;
  }

  static void enter() {
    Fiber& fiber = active_->fibers_[active_->current_];
    fiber.body();
    fiber.done = true;
  }

  void yield() noexcept {
    Fiber& fiber = fibers_[current_];
    swapcontext(&fiber.context, &main_);
  }

  // The next fiber to run: going on with the current one is always the first option.
  void pick() {
    std::vector<std::size_t> options;
    const bool goes_on = current_ < fibers_.size() && !fibers_[current_].done;
    if (goes_on) options.push_back(current_);
    if (!goes_on || left_ > 0) {
      for (std::size_t i = 0; i < fibers_.size(); ++i) {
        if (!fibers_[i].done && (!goes_on || i != current_)) options.push_back(i);
      }
    }
    if (options.empty()) {
      current_ = fibers_.size();
      return;
    }
    if (depth_ == trail_.size()) trail_.push_back({0, options.size()});
    const std::size_t taken = trail_[depth_++].taken;
    if (goes_on && taken != 0) --left_;
    current_ = options[taken];
  }

  // Depth first: the last choice that has an option left takes it, and those after it start anew.
  bool next_schedule() {
    trail_.resize(depth_);
    while (!trail_.empty() && trail_.back().taken + 1 == trail_.back().options) trail_.pop_back();
    if (trail_.empty()) return false;
    ++trail_.back().taken;
    return true;
  }

  static inline Interleavings* active_ = nullptr;
  static inline bool holding_ = false;

  const int preemptions_;
  int left_ = 0;
  std::vector<Fiber> fibers_;
  ucontext_t main_{};
  std::size_t current_ = 0;
  std::size_t depth_ = 0;
  std::vector<Choice> trail_;
};

// Takes the place of std::atomic in what is explored.
template <class T>
class SteppedAtomic {
 public:
  SteppedAtomic() = default;
  SteppedAtomic(T value) noexcept : value_(value) {}  // NOLINT: as std::atomic
  SteppedAtomic(const SteppedAtomic&) = delete;
  SteppedAtomic& operator=(const SteppedAtomic&) = delete;

  T load(std::memory_order) const noexcept {
    Interleavings::step();
    return value_;
  }
  void store(T value, std::memory_order) noexcept {
    Interleavings::step();
    value_ = value;
  }
  T exchange(T value, std::memory_order) noexcept {
    Interleavings::step();
    return std::exchange(value_, value);
  }
  T fetch_add(T value, std::memory_order) noexcept {
    Interleavings::step();
    return std::exchange(value_, static_cast<T>(value_ + value));
  }
  T fetch_sub(T value, std::memory_order) noexcept {
    Interleavings::step();
    return std::exchange(value_, static_cast<T>(value_ - value));
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order, std::memory_order) noexcept {
    Interleavings::step();
    if (value_ != expected) {
      expected = value_;
      return false;
    }
    value_ = desired;
    return true;
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure) noexcept {
    return compare_exchange_strong(expected, desired, success, failure);
  }

 private:
  T value_{};
};

// Takes the place of std::mutex: what it guards is one step.
class SteppedMutex {
 public:
  void lock() noexcept {
    Interleavings::step();
    Interleavings::hold(true);
  }
  void unlock() noexcept { Interleavings::hold(false); }
};

}  // namespace heddle::test
