#pragma once

#include <stdexcept>

#include "native/stop_token.hpp"

namespace heddle::test {

struct Injected : std::runtime_error {
  Injected() : std::runtime_error("injected") {}
};

// Counts the points that a tree of tasks passes when a wait has ended as it should, and acts at one of them. The thread of the
// tree's executor only.
struct Points {
  enum class Action { none, fail, stop };

  void pass() {
    if (passed++ != at) return;
    if (action == Action::fail) throw Injected();
    if (action == Action::stop) source.request_stop();
  }

  Action action = Action::none;
  int at = -1;
  int passed = 0;
  StopSource source;
};

}  // namespace heddle::test
