#pragma once

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "native/awaited_value.hpp"
#include "native/join.hpp"

namespace heddle {

// Which of a range of tasks ended first, and its value.
template <class T>
struct Winner {
  std::size_t index;
  AwaitedValue<T> value;
};

namespace detail {

class WhenAny : protected Join {
 protected:
  explicit WhenAny(StopSource& losers) noexcept : losers_(losers) {}

  template <class T>
  [[nodiscard]] bool won(const Task<T>& task) const noexcept {
    return task.frame() == winner_;
  }

 private:
  void task_done(std::coroutine_handle<> frame, std::exception_ptr&) noexcept final {
    if (!winner_) {
      winner_ = frame;
      losers_.request_stop();
    }
    child_ended();
  }

  StopSource& losers_;
  std::coroutine_handle<> winner_;
};

template <class... Ts>
class [[nodiscard]] WhenAnyOf final : private WhenAny {
  static_assert(sizeof...(Ts) != 0, "when_any of nothing would wait for ever");
  using Result = std::variant<AwaitedValue<Ts>...>;

 public:
  explicit WhenAnyOf(StopSource& losers, Task<Ts>... tasks) noexcept : WhenAny(losers), tasks_(std::move(tasks)...) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    begin(awaiting, sizeof...(Ts));
    std::apply([&](const Task<Ts>&... tasks) { (start(tasks), ...); }, tasks_);
  }
  Result await_resume() { return take(std::index_sequence_for<Ts...>()); }

 private:
  template <std::size_t... I>
  Result take(std::index_sequence<I...>) {
    std::optional<Result> result;
    ((won(std::get<I>(tasks_)) ? void(result.emplace(std::in_place_index<I>, take_result(std::get<I>(tasks_))))
                               : void()),
     ...);
    return std::move(*result);
  }

  std::tuple<Task<Ts>...> tasks_;
};

template <class T>
class [[nodiscard]] WhenAnyOfRange final : private WhenAny {
 public:
  WhenAnyOfRange(StopSource& losers, std::vector<Task<T>> tasks) : WhenAny(losers), tasks_(std::move(tasks)) {
    if (tasks_.empty()) throw std::invalid_argument("when_any of nothing would wait for ever");
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept {
    begin(awaiting, tasks_.size());
    for (const Task<T>& task : tasks_) start(task);
  }
  Winner<T> await_resume() {
    const auto first = std::find_if(tasks_.begin(), tasks_.end(), [this](const Task<T>& task) { return won(task); });
    return {static_cast<std::size_t>(first - tasks_.begin()), take_result(*first)};
  }

 private:
  std::vector<Task<T>> tasks_;
};

}  // namespace detail

// Runs the tasks side by side; the first that ends, with a value or an error, wins. It then stops the others
// through `losers`, whose tokens they were given, and resumes when they have ended too. What they come to is
// dropped.
//
//   StopSource losers(stop);
//   auto first = co_await when_any(losers, ask(mirror, losers.token()), ask(origin, losers.token()));
//   // std::variant<AwaitedValue<T>...>, whose index() says who won
//   const Winner<int> first = co_await when_any(losers, std::move(tasks));
//
// A loser that ignores its token holds up the result. A stop from outside reaches the tasks through `losers`,
// too: then the first to notice wins, with whatever it returns when it is stopped.
template <class... Ts>
[[nodiscard]] auto when_any(StopSource& losers, Task<Ts>... tasks) noexcept {
  return detail::WhenAnyOf<Ts...>(losers, std::move(tasks)...);
}
// Throws std::invalid_argument when there are no tasks.
template <class T>
[[nodiscard]] auto when_any(StopSource& losers, std::vector<Task<T>> tasks) {
  return detail::WhenAnyOfRange<T>(losers, std::move(tasks));
}

}  // namespace heddle
