#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace heddle::cuda {

// Objects that JavaScript names by number. `T` is a pointer-like type; a null one stands for an unknown number.
template <class T>
class NumberTable {
 public:
  using Number = std::int32_t;

  Number add(T object) {
    if (free_.empty()) {
      objects_.push_back(std::move(object));
      free_.reserve(objects_.capacity());
      return static_cast<Number>(objects_.size() - 1);
    }
    const Number number = free_.back();
    free_.pop_back();
    objects_[static_cast<std::size_t>(number)] = std::move(object);
    return number;
  }

  [[nodiscard]] T& at(Number number) noexcept {
    static thread_local T none{};
    const auto index = static_cast<std::size_t>(number);
    return number >= 0 && index < objects_.size() ? objects_[index] : none;
  }

  // Returns the object, so that the caller decides where it is destroyed.
  T remove(Number number) noexcept {
    const auto index = static_cast<std::size_t>(number);
    if (number < 0 || index >= objects_.size() || !objects_[index]) return T{};
    free_.push_back(number);
    return std::exchange(objects_[index], T{});
  }

  template <class Visitor>
  void for_each(Visitor visit) {
    for (T& object : objects_) {
      if (object) visit(object);
    }
  }

  void clear() noexcept {
    objects_.clear();
    free_.clear();
  }

  [[nodiscard]] std::size_t size() const noexcept { return objects_.size() - free_.size(); }

 private:
  std::vector<T> objects_;
  std::vector<Number> free_;
};

}  // namespace heddle::cuda
