#pragma once

#include "native/event.hpp"
#include "native/task.hpp"

namespace heddle::test {

// Three tasks, each of which awaits the next; the last waits for the event.
Task<int> outer(Event& event);

// Stops in the debugger while they wait.
void trap_while_waiting();

}  // namespace heddle::test
