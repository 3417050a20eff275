#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <utility>
#include <vector>

// The least that a coroutine runtime can be, written by hand: what every other runtime is measured beside. It has a
// lazy task that hands on exceptions, symmetric transfer, frames from free lists, and an intrusive queue. It has no
// cancellation, I/O, timers, other threads, bound on how long it runs or on the memory that its lists keep.
namespace bench::floor {

// Free lists for one thread, by size class.
class Frames {
 public:
  static void* allocate(std::size_t bytes) {
    Frame*& list = lists_[bytes / kClass];
    if (list == nullptr) return ::operator new((bytes / kClass + 1) * kClass);
    return std::exchange(list, list->next);
  }
  static void deallocate(void* memory, std::size_t bytes) noexcept {
    Frame*& list = lists_[bytes / kClass];
    list = ::new (memory) Frame{list};
  }

 private:
  struct Frame {
    Frame* next;
  };
  static constexpr std::size_t kClass = 32;
  static inline thread_local constinit std::array<Frame*, 64> lists_{};
};

struct Node {
  Node* next = nullptr;
  std::coroutine_handle<> handle;
};

class Loop {
 public:
  void push(Node& node) noexcept {
    node.next = nullptr;
    (head_ != nullptr ? tail_->next : head_) = &node;
    tail_ = &node;
  }
  void run() {
    while (head_ != nullptr) {
      Node& node = *head_;
      head_ = node.next;
      node.handle.resume();
    }
  }
  auto yield() noexcept {
    struct Awaiter : Node {
      explicit Awaiter(Loop& of) noexcept : loop(of) {}
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle = awaiting;
        loop.push(*this);
      }
      void await_resume() const noexcept {}
      Loop& loop;
    };
    return Awaiter(*this);
  }

 private:
  Node* head_ = nullptr;
  Node* tail_ = nullptr;
};

// Of a task that nobody awaits; told when it has ended.
struct Parent {
  virtual void done(const std::exception_ptr& error) noexcept = 0;

 protected:
  ~Parent() = default;
};

class Task {
 public:
  struct promise_type : Node {
    static void* operator new(std::size_t bytes) { return Frames::allocate(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { Frames::deallocate(frame, bytes); }

    Task get_return_object() noexcept { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Awaiter {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> frame) noexcept {
          if (frame.promise().continuation) return frame.promise().continuation;
          const std::exception_ptr error = std::move(frame.promise().error);
          Parent& parent = *frame.promise().parent;
          frame.destroy();
          parent.done(error);
          return std::noop_coroutine();
        }
        void await_resume() const noexcept {}
      };
      return Awaiter{};
    }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }

    std::coroutine_handle<> continuation;
    Parent* parent = nullptr;
    std::exception_ptr error;
  };

  explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  ~Task() {
    if (frame_) frame_.destroy();
  }

  void spawn(Loop& loop, Parent& parent) noexcept {
    const auto frame = std::exchange(frame_, nullptr);
    frame.promise().parent = &parent;
    frame.promise().handle = frame;
    loop.push(frame.promise());
  }

  struct Awaiter {
    std::coroutine_handle<promise_type> frame;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
      frame.promise().continuation = awaiting;
      return frame;
    }
    void await_resume() const {
      if (frame.promise().error) std::rethrow_exception(frame.promise().error);
    }
  };
  Awaiter operator co_await() && noexcept { return {frame_}; }

 private:
  friend class All;
  std::coroutine_handle<promise_type> frame_;
};

// Joins what was spawned with it as the parent.
class Group final : public Parent {
 public:
  explicit Group(Loop& loop) noexcept : loop_(loop) {}
  void spawn(Task task) noexcept {
    ++live_;
    task.spawn(loop_, *this);
  }
  bool await_ready() const noexcept { return live_ == 0; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept { joiner_.handle = awaiting; }
  void await_resume() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void done(const std::exception_ptr& error) noexcept override {
    if (error && !error_) error_ = error;
    if (--live_ == 0 && joiner_.handle) loop_.push(joiner_);
  }

  Loop& loop_;
  std::size_t live_ = 0;
  Node joiner_;
  std::exception_ptr error_;
};

// Starts all tasks at once and awaits them all.
class All final : public Parent {
 public:
  All(Loop& loop, std::vector<Task>& tasks) noexcept : loop_(loop), tasks_(tasks) {}
  bool await_ready() const noexcept { return tasks_.empty(); }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    joiner_.handle = awaiting;
    live_ = tasks_.size();
    for (Task& task : tasks_) task.spawn(loop_, *this);
  }
  void await_resume() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void done(const std::exception_ptr& error) noexcept override {
    if (error && !error_) error_ = error;
    if (--live_ == 0) loop_.push(joiner_);
  }

  Loop& loop_;
  std::vector<Task>& tasks_;
  std::size_t live_ = 0;
  Node joiner_;
  std::exception_ptr error_;
};

// Has happened or not; one coroutine at most waits for it.
class Signal {
 public:
  explicit Signal(Loop& loop) noexcept : loop_(loop) {}
  void set() noexcept {
    set_ = true;
    if (std::exchange(waiting_, false)) loop_.push(waiter_);
  }
  void reset() noexcept { set_ = false; }
  bool await_ready() const noexcept { return set_; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    waiter_.handle = awaiting;
    waiting_ = true;
  }
  void await_resume() const noexcept {}

 private:
  Loop& loop_;
  Node waiter_;
  bool set_ = false;
  bool waiting_ = false;
};

// Room for one value, one sender and one receiver.
class Slot {
 public:
  explicit Slot(Loop& loop) noexcept : loop_(loop) {}
  auto send(int value) noexcept {
    struct Awaiter {
      Awaiter(Slot& of, int sent) noexcept : slot(of), value(sent) {}
      bool await_ready() const noexcept { return !slot.full_; }
      void await_suspend(std::coroutine_handle<> awaiting) const noexcept { slot.sender_.handle = awaiting; }
      void await_resume() const noexcept {
        slot.value_ = value;
        slot.full_ = true;
        if (slot.receiver_.handle) slot.loop_.push(slot.receiver_);
      }
      Slot& slot;
      int value;
    };
    return Awaiter(*this, value);
  }
  auto receive() noexcept {
    struct Awaiter {
      explicit Awaiter(Slot& of) noexcept : slot(of) {}
      bool await_ready() const noexcept { return slot.full_; }
      void await_suspend(std::coroutine_handle<> awaiting) const noexcept { slot.receiver_.handle = awaiting; }
      int await_resume() const noexcept {
        slot.receiver_.handle = nullptr;
        slot.full_ = false;
        if (slot.sender_.handle) slot.loop_.push(slot.sender_);
        slot.sender_.handle = nullptr;
        return slot.value_;
      }
      Slot& slot;
    };
    return Awaiter(*this);
  }

 private:
  Loop& loop_;
  Node sender_;
  Node receiver_;
  int value_ = 0;
  bool full_ = false;
};

}  // namespace bench::floor
