#pragma once

#include "native/work_stealing_pool.hpp"

namespace heddle {

// The pool for the CPU work of a whole program, or of a whole addon: each that compiles heddle in has its own. It has as
// many threads as there are usable cores, which start at the first call and never end: they sleep when there is nothing
// to do, and a process can exit in the middle of their work. Any thread. Throws std::system_error when they can't start.
[[nodiscard]] WorkStealingPool& shared_pool();
// The same for a look at it: null while nobody has asked for it.
[[nodiscard]] const WorkStealingPool* shared_pool_if_started() noexcept;

}  // namespace heddle
