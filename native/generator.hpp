#pragma once

#include <cassert>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "native/frame_pool.hpp"
#include "native/task_trace.hpp"

namespace heddle {

template <class T>
class Generator;

namespace detail {

template <class T>
class GeneratorPromise {
 public:
  using Value = std::remove_reference_t<T>;

  static void* operator new(std::size_t bytes) { return frame_pool::allocate(bytes); }
  static void operator delete(void* frame, std::size_t bytes) noexcept { frame_pool::deallocate(frame, bytes); }

  // Suspends the body and resumes whoever awaits next().
  struct HandOver {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<GeneratorPromise> body) noexcept {
      return std::exchange(body.promise().consumer, nullptr);
    }
    void await_resume() const noexcept {}
  };
  // The same, with a copy of a value that the consumer must not change.
  struct HandOverCopy : HandOver {
    HandOverCopy(GeneratorPromise& promise, const Value& value) : copy(value) { promise.value = &copy; }
    HandOverCopy(const HandOverCopy&) = delete;
    HandOverCopy& operator=(const HandOverCopy&) = delete;
    std::remove_const_t<Value> copy;
  };

  Generator<T> get_return_object(TaskPlace at = TaskPlace::current()) noexcept;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  HandOver final_suspend() noexcept {
    value = nullptr;
    return {};
  }
  void unhandled_exception() noexcept { error = std::current_exception(); }
  void return_void() const noexcept {}

#if HEDDLE_TASK_TRACES
  template <class Awaitable>
  auto await_transform(Awaitable&& awaitable, const TaskPlace& at = TaskPlace::current()) {
    trace.waits(at);
    return Traced<Awaitable>(awaitable);
  }
#endif

  HandOver yield_value(Value& yielded) noexcept {
    value = std::addressof(yielded);
    return {};
  }
  HandOver yield_value(Value&& yielded) noexcept
    requires(!std::is_reference_v<T>)
  {
    return yield_value(yielded);
  }
  HandOverCopy yield_value(const Value& yielded)
    requires(!std::is_reference_v<T> && !std::is_const_v<Value> && std::copy_constructible<Value>)
  {
    return {*this, yielded};
  }

  Value* value = nullptr;
  std::coroutine_handle<> consumer;
  std::exception_ptr error;
  [[no_unique_address]] TaskTrace trace;
};

}  // namespace detail

// A coroutine that produces values while it awaits other things: co_yield and co_await inside.
//
//   Generator<Line> lines(File& file, StopToken stop) { ... co_yield line; ... }
//
//   auto all = lines(file, stop);
//   while (Line* line = co_await all.next()) use(*line);
//
// next() runs the body up to its next co_yield and gives a pointer to the yielded object, null when the body
// has ended; an exception that leaves the body is rethrown by next(), and that is the end, too. The object
// belongs to the consumer, who may move from it, until the next call of next(). Nothing runs ahead of the
// consumer, and one next() at a time. A wait inside the body ends early through a stop token that the body
// was given.
//
// A generator may be destroyed before its end, between two calls of next(): the locals of its body are
// destroyed as by an exception. So the body must not co_yield while it holds what has to be awaited first,
// such as a Scope with live children. Destroying it during a next() is a bug, which debug builds assert.
template <class T>
class [[nodiscard]] Generator {
  using Frame = std::coroutine_handle<detail::GeneratorPromise<T>>;

 public:
  using promise_type = detail::GeneratorPromise<T>;
  using value_type = std::remove_cvref_t<T>;

  Generator() noexcept = default;
  explicit Generator(Frame frame) noexcept : frame_(frame) {}
  Generator(Generator&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Generator& operator=(Generator&& other) noexcept {
    Generator taken(std::move(other));
    std::swap(frame_, taken.frame_);
    return *this;
  }
  ~Generator() {
    if (!frame_) return;
    assert(!frame_.promise().consumer && "a generator was destroyed while its body runs");
    frame_.destroy();
  }

  class [[nodiscard]] Next {
   public:
    explicit Next(Frame frame) noexcept : frame_(frame) {}

    [[nodiscard]] bool await_ready() const noexcept { return !frame_ || frame_.done(); }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
      assert(!frame_.promise().consumer && "one next() at a time");
      frame_.promise().consumer = awaiting;
      frame_.promise().trace.awaited_by(awaiting);
      return frame_;
    }
    std::remove_reference_t<T>* await_resume() {
      if (!frame_) return nullptr;
      if (frame_.promise().error) std::rethrow_exception(std::exchange(frame_.promise().error, nullptr));
      return frame_.promise().value;
    }

   private:
    Frame frame_;
  };

  [[nodiscard]] Next next() noexcept { return Next(frame_); }

 private:
  Frame frame_;
};

template <class T>
Generator<T> detail::GeneratorPromise<T>::get_return_object(TaskPlace at) noexcept {
  trace.made(std::coroutine_handle<GeneratorPromise>::from_promise(*this), at);
  trace.may_be_dropped();
  return Generator<T>(std::coroutine_handle<GeneratorPromise>::from_promise(*this));
}

}  // namespace heddle
