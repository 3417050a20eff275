#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "native/http/request.hpp"

namespace heddle::http {

// What the system has yet to take of a request.
class Unsent {
 public:
  Unsent() noexcept = default;
  explicit Unsent(const Request& request);

  [[nodiscard]] bool empty() const noexcept { return front().empty(); }
  // What comes next, in one piece.
  [[nodiscard]] std::span<const std::byte> front() const noexcept {
    const std::span<const std::byte> head = std::as_bytes(std::span(head_)).subspan(head_taken_);
    return head.empty() ? body_ : head;
  }
  void taken(std::size_t bytes) noexcept;
  // No more of it will be sent.
  void clear() noexcept { *this = Unsent(); }

 private:
  std::string head_;  // and a body that is small
  std::size_t head_taken_ = 0;
  std::span<const std::byte> body_;
};

}  // namespace heddle::http
