#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "native/awaited_value.hpp"
#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/task.hpp"
#include "test/native/support/manual_clock.hpp"

namespace heddle::test {

// Runs tasks on this thread and always in the same way: time passes only when nothing else can happen, and
// then up to the next timer. A task that waits for nothing is a failure, not a hang.
class Simulation {
 public:
  // Returns what the task returns, or throws its exception.
  template <class T>
  T run(Task<T> task) {
    Outcome<T> outcome;
    Scope scope;
    scope.spawn_on(executor_, keep(std::move(task), outcome));
    while (scope.live() != 0) {
      if (!executor_.poll() && scope.live() != 0) pass_time();
    }
    if (outcome.error) std::rethrow_exception(outcome.error);
    if constexpr (!std::is_void_v<T>) return std::move(*outcome.value);
  }

  // Up to the next timer. For tests that poll themselves, when there is nothing else to do.
  void pass_time() {
    const auto deadline = executor_.next_deadline();
    if (!deadline) {
      std::fputs("\nA task waits for what nobody will do.\n", stderr);
      std::abort();
    }
    clock_.advance(std::chrono::nanoseconds(std::max<Nanoseconds>(*deadline - clock_.now(), 0)));
  }

  [[nodiscard]] Executor& executor() noexcept { return executor_; }
  [[nodiscard]] ManualClock& clock() noexcept { return clock_; }

 private:
  template <class T>
  struct Outcome {
    std::optional<AwaitedValue<T>> value;
    std::exception_ptr error;
  };

  template <class T>
  static Task<void> keep(Task<T> task, Outcome<T>& outcome) {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(task);
      } else {
        outcome.value.emplace(co_await std::move(task));
      }
    } catch (...) {
      outcome.error = std::current_exception();
    }
  }

  ManualClock clock_;
  Executor executor_{{.clock = &clock_}};
};

}  // namespace heddle::test
