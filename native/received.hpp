#pragma once

#include <cassert>
#include <optional>
#include <utility>

namespace heddle {

// How a send or a receive on a channel ended.
enum class ChannelStatus : unsigned char {
  ok,
  closed,      // and, for a receiver, everything sent before has been received
  stopped,     // the stop token's; nothing was sent or received
  would_wait,  // try_send: full; try_receive: empty
};

// What a receive came to: a value, or why there is none. Used like an optional.
template <class T>
class [[nodiscard]] Received {
 public:
  Received(ChannelStatus without_value) noexcept : status_(without_value) {}
  explicit Received(T&& value) noexcept : status_(ChannelStatus::ok), value_(std::move(value)) {}

  [[nodiscard]] ChannelStatus status() const noexcept { return status_; }
  [[nodiscard]] explicit operator bool() const noexcept { return value_.has_value(); }
  // Precondition of these: there is a value.
  [[nodiscard]] T& operator*() & noexcept { return *get(); }
  [[nodiscard]] const T& operator*() const& noexcept { return *get(); }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*get()); }
  [[nodiscard]] T* operator->() noexcept { return get(); }
  [[nodiscard]] const T* operator->() const noexcept { return get(); }

 private:
  [[nodiscard]] T* get() noexcept {
    assert(value_);
    return &*value_;
  }
  [[nodiscard]] const T* get() const noexcept {
    assert(value_);
    return &*value_;
  }

  ChannelStatus status_;
  std::optional<T> value_;
};

}  // namespace heddle
