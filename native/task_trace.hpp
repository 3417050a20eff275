#pragma once

#include <coroutine>
#include <cstddef>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

// Async stack traces, for builds that look for a bug: who waits where, and for whom. All of a program must be built
// alike: CMake's HEDDLE_TASK_TRACES sets it for heddle and for what links to it. Without it, none of this costs anything.
#ifndef HEDDLE_TASK_TRACES
#define HEDDLE_TASK_TRACES 0
#endif

namespace heddle {

// One stack for each task that has begun, has not ended and awaits no other task, innermost first:
//
//   read_block (archive.cpp:40) waits at archive.cpp:44
//     awaited by read_archive (archive.cpp:61) at archive.cpp:70
//
// Any thread. Without HEDDLE_TASK_TRACES, one line that says so. scripts/gdb/heddle_tasks.py prints the same in gdb.
[[nodiscard]] std::string task_stacks();

// The stack of the task, whoever awaits it, that this frame belongs to; empty when it is unknown.
[[nodiscard]] std::string task_stack(std::coroutine_handle<> frame);

namespace detail {

#if HEDDLE_TASK_TRACES

using TaskPlace = std::source_location;

// In the promise of each coroutine: what the registry knows of it. A frame that is destroyed between its first wait and
// its end ends the process, with its stack.
class TaskTrace {
 public:
  TaskTrace() noexcept = default;
  TaskTrace(const TaskTrace&) = delete;
  TaskTrace& operator=(const TaskTrace&) = delete;
  ~TaskTrace();

  // The coroutine has been made. `at` is where its function is.
  void made(std::coroutine_handle<> frame, const TaskPlace& at);
  void waits(const TaskPlace& at) noexcept;
  void awaited_by(std::coroutine_handle<> frame) noexcept;
  void ended() noexcept;
  // For coroutines that may be destroyed where they are.
  void may_be_dropped() noexcept;

 private:
  friend class TaskRegistry;

  void* frame_ = nullptr;
  void* awaited_by_ = nullptr;
  TaskPlace made_at_;
  TaskPlace waits_at_;
  bool waited_ = false;
  bool ended_ = false;
  bool droppable_ = false;
};

template <class Awaitable>
concept HasCoAwait = requires(Awaitable&& awaitable) { static_cast<Awaitable&&>(awaitable).operator co_await(); };

// What a traced co_await awaits: the awaiter itself, by reference, since g++ 12 copies what an await_transform passes on.
template <class Awaiter>
class Traced {
 public:
  explicit Traced(std::remove_reference_t<Awaiter>& awaiter) noexcept : awaiter_(awaiter) {}

  bool await_ready() { return awaiter_.await_ready(); }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> awaiting) {
    return awaiter_.await_suspend(awaiting);
  }
  decltype(auto) await_resume() { return awaiter_.await_resume(); }

 private:
  std::remove_reference_t<Awaiter>& awaiter_;
};

template <HasCoAwait Awaitable>
class Traced<Awaitable> {
 public:
  explicit Traced(std::remove_reference_t<Awaitable>& awaitable)
      : awaiter_(static_cast<Awaitable&&>(awaitable).operator co_await()) {}

  bool await_ready() { return awaiter_.await_ready(); }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> awaiting) {
    return awaiter_.await_suspend(awaiting);
  }
  decltype(auto) await_resume() { return awaiter_.await_resume(); }

 private:
  decltype(std::declval<Awaitable>().operator co_await()) awaiter_;
};

// Ends the process when tasks are left that nobody can resume any more.
void check_tasks(bool fine, const char* what_is_wrong) noexcept;

#else

struct TaskPlace {
  static constexpr TaskPlace current() noexcept { return {}; }
};

class TaskTrace {
 public:
  void made(std::coroutine_handle<>, TaskPlace) noexcept {}
  void awaited_by(std::coroutine_handle<>) noexcept {}
  void ended() noexcept {}
  void may_be_dropped() noexcept {}
};

inline void check_tasks(bool, const char*) noexcept {}

#endif

}  // namespace detail

}  // namespace heddle
