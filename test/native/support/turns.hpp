#pragma once

#include <vector>

#include "native/executor.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"
#include "native/when_all.hpp"

namespace heddle::test {

// Lets everything else that is ready run so many times.
inline Task<void> pass_turns(int turns) {
  for (int i = 0; i < turns; ++i) co_await Executor::yield();
}

inline Task<void> stop_after(int turns, StopSource& source) {
  co_await pass_turns(turns);
  source.request_stop();
}

template <class Event>
Task<void> set_after(int turns, Event& event) {
  co_await pass_turns(turns);
  event.set();
}

// when_all as a task.
inline Task<void> all_of(std::vector<Task<void>> tasks) { co_await when_all(std::move(tasks)); }

}  // namespace heddle::test
