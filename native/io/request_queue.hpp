#pragma once

#include <cstddef>

#include "native/io/request.hpp"

namespace heddle::io {

// Intrusive first-in first-out queue of requests. It owns nothing.
class RequestQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] Request& front() noexcept { return *head_; }

  void push(Request& request) noexcept {
    request.next = nullptr;
    (head_ == nullptr ? head_ : tail_->next) = &request;
    tail_ = &request;
    ++size_;
  }

  Request& pop() noexcept {
    Request& request = *head_;
    head_ = request.next;
    --size_;
    return request;
  }

 private:
  Request* head_ = nullptr;
  Request* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace heddle::io
