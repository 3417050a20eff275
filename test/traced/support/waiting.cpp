#include "test/traced/support/waiting.hpp"

#include <csignal>

#include "native/executor.hpp"
#include "native/scope.hpp"
#include "native/sync_wait.hpp"

namespace heddle::test {

namespace {

Task<int> inner(Event& event) {
  (void)co_await event.wait();
  co_return 1;
}

Task<int> middle(Event& event) {
  const int got = co_await inner(event);
  co_return got + 1;
}

Task<void> trap(Event& event) {
  Scope scope;
  scope.spawn(outer(event));
  co_await Executor::yield();
  co_await Executor::yield();
  std::raise(SIGTRAP);
  event.set();
  co_await scope.join();
}

}  // namespace

Task<int> outer(Event& event) {
  const int got = co_await middle(event);
  co_return got + 1;
}

void trap_while_waiting() {
  Executor executor;
  Event event;
  sync_wait(executor, trap(event));
}

}  // namespace heddle::test
