#pragma once

#include <utility>

namespace heddle::test {

// A value that can only be moved, and counts how many of its kind own something: to find what is lost or
// kept.
class Counted {
 public:
  explicit Counted(int number) noexcept : number_(number) { ++live_; }
  Counted(Counted&& other) noexcept : number_(std::exchange(other.number_, kEmpty)) {}
  Counted& operator=(Counted&& other) noexcept {
    Counted taken(std::move(other));
    std::swap(number_, taken.number_);
    return *this;
  }
  ~Counted() {
    if (number_ != kEmpty) --live_;
  }

  // Precondition: it was not moved from.
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool empty() const noexcept { return number_ == kEmpty; }
  // On this thread.
  [[nodiscard]] static int live() noexcept { return live_; }

 private:
  static constexpr int kEmpty = -1;
  static inline thread_local int live_ = 0;

  int number_;
};

}  // namespace heddle::test
