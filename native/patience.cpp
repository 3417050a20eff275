#include "native/patience.hpp"

#include <sched.h>

namespace heddle {

bool Patience::several_processors() noexcept {
  static const bool several = [] {
    cpu_set_t allowed;
    // Too many to be told: surely several.
    return sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) > 1;
  }();
  return several;
}

void Patience::give_way() noexcept { sched_yield(); }

}  // namespace heddle
