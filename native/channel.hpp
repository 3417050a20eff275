#pragma once

#include <coroutine>
#include <cstddef>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "native/fixed_queue.hpp"
#include "native/received.hpp"
#include "native/stop_token.hpp"
#include "native/wait_domain.hpp"
#include "native/wait_queue.hpp"

namespace heddle {

// Values from any number of senders to any number of receivers, in order, with room for `capacity` of them in
// between: a sender waits while there is none. With no room at all, a send ends when its value has been
// received.
//
//   const ChannelStatus sent = co_await channel.send(std::move(value), stop);
//   while (auto value = co_await channel.receive(stop)) use(*value);
//
// Each value is received exactly once, or stays with its sender: a stop or a close never loses one. Senders
// are served first come, first served, and so are receivers. A stop that was requested before ends every
// operation, also one that need not have waited. The channel must outlive its waiters. T's move must not
// throw and not use the channel.
template <class T, class Domain>
class BasicChannel {
  static_assert(std::is_nothrow_move_constructible_v<T>);

 public:
  class [[nodiscard]] Send : protected detail::Waiter {
   public:
    Send(BasicChannel& channel, T&& value) noexcept : channel_(channel), value_(std::move(value)) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
      const std::lock_guard guard(channel_.mutex_);
      status_ = channel_.offer(value_);
      if (status_ != ChannelStatus::would_wait) return gives_way(awaiting);
      wait_in(channel_.senders_, awaiting);
      return true;
    }
    [[nodiscard]] ChannelStatus await_resume() noexcept {
      end_wait(channel_.mutex_);
      return status_;
    }
    // For a sender that keeps the operation in a local: its value again when it was not sent.
    [[nodiscard]] T take_back() noexcept { return std::move(value_); }

   protected:
    void refuse() noexcept {}
    void stop() noexcept {
      const std::lock_guard guard(channel_.mutex_);
      if (stop_waiting(channel_.senders_)) status_ = ChannelStatus::stopped;
    }

   private:
    friend class BasicChannel;

    BasicChannel& channel_;
    T value_;
    ChannelStatus status_ = ChannelStatus::stopped;
  };

  class [[nodiscard]] Receive : protected detail::Waiter {
   public:
    explicit Receive(BasicChannel& channel) noexcept : channel_(channel) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
      const std::lock_guard guard(channel_.mutex_);
      status_ = channel_.take(value_);
      if (status_ != ChannelStatus::would_wait) return gives_way(awaiting);
      wait_in(channel_.receivers_, awaiting);
      return true;
    }
    [[nodiscard]] Received<T> await_resume() noexcept {
      end_wait(channel_.mutex_);
      return value_ ? Received<T>(std::move(*value_)) : Received<T>(status_);
    }

   protected:
    void refuse() noexcept {}
    void stop() noexcept {
      const std::lock_guard guard(channel_.mutex_);
      if (stop_waiting(channel_.receivers_)) status_ = ChannelStatus::stopped;
    }

   private:
    friend class BasicChannel;

    BasicChannel& channel_;
    std::optional<T> value_;
    ChannelStatus status_ = ChannelStatus::stopped;
  };

  explicit BasicChannel(std::size_t capacity) : buffer_(capacity) {}
  BasicChannel(const BasicChannel&) = delete;
  BasicChannel& operator=(const BasicChannel&) = delete;

  [[nodiscard]] Send send(T value) noexcept { return {*this, std::move(value)}; }
  [[nodiscard]] auto send(T value, StopToken stop) noexcept {
    return detail::Stoppable<Send>(stop, *this, std::move(value));
  }
  [[nodiscard]] Receive receive() noexcept { return Receive(*this); }
  [[nodiscard]] auto receive(StopToken stop) noexcept { return detail::Stoppable<Receive>(stop, *this); }

  // Takes the value only when the status is ok; otherwise it is untouched.
  [[nodiscard]] ChannelStatus try_send(T&& value) noexcept {
    const std::lock_guard guard(mutex_);
    return offer(value);
  }
  [[nodiscard]] Received<T> try_receive() noexcept {
    std::optional<T> value;
    const std::lock_guard guard(mutex_);
    const ChannelStatus status = take(value);
    return value ? Received<T>(std::move(*value)) : Received<T>(status);
  }

  // No value is sent from now on: waiting senders keep theirs. Receivers get what is there already, then
  // `closed`.
  void close() noexcept {
    const std::lock_guard guard(mutex_);
    closed_ = true;
    while (!senders_.empty()) end(static_cast<Send&>(senders_.pop()), ChannelStatus::closed);
    while (!receivers_.empty()) end(static_cast<Receive&>(receivers_.pop()), ChannelStatus::closed);
  }
  [[nodiscard]] bool closed() const noexcept {
    const std::lock_guard guard(mutex_);
    return closed_;
  }
  // Values in between now; those of waiting senders do not count.
  [[nodiscard]] std::size_t size() const noexcept {
    const std::lock_guard guard(mutex_);
    return buffer_.size();
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return buffer_.capacity(); }

 private:
  // Receivers wait only while nothing is there to receive; senders wait only while there is no room. So at
  // most one of the two queues has waiters, and nobody has to be served when a waiter leaves.

  ChannelStatus offer(T& value) noexcept {
    if (closed_) return ChannelStatus::closed;
    if (!receivers_.empty()) {
      auto& receiver = static_cast<Receive&>(receivers_.pop());
      receiver.value_.emplace(std::move(value));
      end(receiver, ChannelStatus::ok);
    } else if (!buffer_.full()) {
      buffer_.push(std::move(value));
    } else {
      return ChannelStatus::would_wait;
    }
    return ChannelStatus::ok;
  }

  ChannelStatus take(std::optional<T>& into) noexcept {
    Send* sender = senders_.empty() ? nullptr : &static_cast<Send&>(senders_.pop());
    if (!buffer_.empty()) {
      into.emplace(std::move(buffer_.front()));
      buffer_.drop_front();
      if (sender != nullptr) buffer_.push(std::move(sender->value_));
    } else if (sender != nullptr) {
      into.emplace(std::move(sender->value_));
    } else {
      return closed_ ? ChannelStatus::closed : ChannelStatus::would_wait;
    }
    if (sender != nullptr) end(*sender, ChannelStatus::ok);
    return ChannelStatus::ok;
  }

  // Precondition: the operation has left its queue.
  template <class Operation>
  static void end(Operation& operation, ChannelStatus status) noexcept {
    operation.status_ = status;
    Domain::wake(operation);
  }

  [[no_unique_address]] mutable typename Domain::Mutex mutex_;
  detail::WaitQueue senders_;
  detail::WaitQueue receivers_;
  FixedQueue<T> buffer_;
  bool closed_ = false;
};

// For the coroutines of one executor.
template <class T>
using Channel = BasicChannel<T, OneExecutor>;
// Any thread may try, close and look; coroutines of any executor send and receive, and resume on their own.
template <class T>
using SharedChannel = BasicChannel<T, AnyThread>;

}  // namespace heddle
