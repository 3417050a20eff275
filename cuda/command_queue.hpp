#pragma once

#include "cuda/command.hpp"

namespace heddle::cuda {

// Intrusive first-in first-out queue of commands. It owns nothing.
class CommandQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
  [[nodiscard]] Command& front() noexcept { return *head_; }
  [[nodiscard]] Command& back() noexcept { return *tail_; }

  void push(Command& command) noexcept {
    command.next = nullptr;
    (head_ == nullptr ? head_ : tail_->next) = &command;
    tail_ = &command;
  }

  void push_front(Command& command) noexcept {
    command.next = head_;
    if (head_ == nullptr) tail_ = &command;
    head_ = &command;
  }

  // Precondition: not empty.
  Command& pop() noexcept {
    Command& command = *head_;
    head_ = command.next;
    command.next = nullptr;
    return command;
  }

 private:
  Command* head_ = nullptr;
  Command* tail_ = nullptr;
};

}  // namespace heddle::cuda
