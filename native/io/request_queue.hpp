#pragma once

#include <cstddef>
#include <utility>

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

  // False: it is not in here. Looks at all before it.
  bool remove(const Request& request) noexcept {
    Request* before = nullptr;
    for (Request* each = head_; each != nullptr; before = std::exchange(each, each->next)) {
      if (each != &request) continue;
      (before == nullptr ? head_ : before->next) = each->next;
      if (tail_ == each) tail_ = before;
      --size_;
      return true;
    }
    return false;
  }

 private:
  Request* head_ = nullptr;
  Request* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace heddle::io
