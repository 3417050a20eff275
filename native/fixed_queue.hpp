#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace heddle {

// First-in first-out queue with room for a fixed number of values, allocated at once; room for none allocates
// nothing.
template <class T>
class FixedQueue {
  static_assert(std::is_nothrow_move_constructible_v<T>);

 public:
  explicit FixedQueue(std::size_t capacity)
      : slots_(capacity != 0 ? std::allocator<T>().allocate(capacity) : nullptr), capacity_(capacity) {}
  FixedQueue(const FixedQueue&) = delete;
  FixedQueue& operator=(const FixedQueue&) = delete;
  ~FixedQueue() {
    while (!empty()) drop_front();
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, capacity_);
  }

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool full() const noexcept { return size_ == capacity_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  // Precondition: not full.
  void push(T&& value) noexcept {
    assert(!full());
    const std::size_t to_end = capacity_ - first_;
    std::construct_at(slots_ + (size_ < to_end ? first_ + size_ : size_ - to_end), std::move(value));
    ++size_;
  }
  // Precondition: not empty.
  [[nodiscard]] T& front() noexcept {
    assert(!empty());
    return slots_[first_];
  }
  // Precondition: not empty.
  void drop_front() noexcept {
    std::destroy_at(&front());
    first_ = first_ + 1 == capacity_ ? 0 : first_ + 1;
    --size_;
  }

 private:
  T* slots_;
  std::size_t capacity_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace heddle
