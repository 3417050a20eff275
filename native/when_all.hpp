#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "native/awaited_value.hpp"
#include "native/join.hpp"

namespace heddle {

namespace detail {

class WhenAll : protected Join {
 protected:
  explicit WhenAll(StopSource* siblings) noexcept : siblings_(siblings) {}
  void rethrow_first_error() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void task_done(std::coroutine_handle<>, std::exception_ptr& error) noexcept final {
    if (error && !error_) {
      error_ = std::move(error);
      if (siblings_ != nullptr) siblings_->request_stop();
    }
    child_ended();
  }

  StopSource* siblings_;
  std::exception_ptr error_;
};

template <class... Ts>
class [[nodiscard]] WhenAllOf final : private WhenAll {
 public:
  explicit WhenAllOf(StopSource* siblings, Task<Ts>... tasks) noexcept
      : WhenAll(siblings), tasks_(std::move(tasks)...) {}

  [[nodiscard]] bool await_ready() const noexcept { return sizeof...(Ts) == 0; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    begin(awaiting, sizeof...(Ts));
    std::apply([&](const Task<Ts>&... tasks) { (start(tasks), ...); }, tasks_);
  }
  std::tuple<AwaitedValue<Ts>...> await_resume() {
    rethrow_first_error();
    return std::apply([](const Task<Ts>&... tasks) { return std::tuple<AwaitedValue<Ts>...>{take_result(tasks)...}; },
                      tasks_);
  }

 private:
  std::tuple<Task<Ts>...> tasks_;
};

template <class T>
class [[nodiscard]] WhenAllOfRange final : private WhenAll {
 public:
  using Result = std::conditional_t<std::is_void_v<T>, void, std::vector<AwaitedValue<T>>>;

  WhenAllOfRange(StopSource* siblings, std::vector<Task<T>> tasks) noexcept
      : WhenAll(siblings), tasks_(std::move(tasks)) {}

  [[nodiscard]] bool await_ready() const noexcept { return tasks_.empty(); }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    begin(awaiting, tasks_.size());
    for (const Task<T>& task : tasks_) start(task);
  }
  Result await_resume() {
    rethrow_first_error();
    if constexpr (!std::is_void_v<T>) {
      Result results;
      results.reserve(tasks_.size());
      for (const Task<T>& task : tasks_) results.push_back(take_result(task));
      return results;
    }
  }

 private:
  std::vector<Task<T>> tasks_;
};

}  // namespace detail

// Runs the tasks side by side and resumes when all of them have ended.
//
//   auto [size, name] = co_await when_all(measure(file), describe(file));   // std::tuple<AwaitedValue<T>...>
//   std::vector<int> sums = co_await when_all(std::move(tasks));            // in the order of the tasks;
//   void: nothing
//
// If any failed, the error that came first is rethrown, after all have ended, and the other results are
// dropped. With `siblings`, the first error also stops those that were given its tokens:
//
//   StopSource siblings(stop);
//   co_await when_all(siblings, upload(siblings.token()), hash(siblings.token()));
//
// The tasks' frames go when the co_await expression ends.
template <class... Ts>
[[nodiscard]] auto when_all(Task<Ts>... tasks) noexcept {
  return detail::WhenAllOf<Ts...>(nullptr, std::move(tasks)...);
}
template <class... Ts>
[[nodiscard]] auto when_all(StopSource& siblings, Task<Ts>... tasks) noexcept {
  return detail::WhenAllOf<Ts...>(&siblings, std::move(tasks)...);
}
template <class T>
[[nodiscard]] auto when_all(std::vector<Task<T>> tasks) noexcept {
  return detail::WhenAllOfRange<T>(nullptr, std::move(tasks));
}
template <class T>
[[nodiscard]] auto when_all(StopSource& siblings, std::vector<Task<T>> tasks) noexcept {
  return detail::WhenAllOfRange<T>(&siblings, std::move(tasks));
}

}  // namespace heddle
