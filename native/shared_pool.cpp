#include "native/shared_pool.hpp"

#include "native/immortal.hpp"

namespace heddle {

WorkStealingPool& shared_pool() {
  static Immortal<WorkStealingPool> pool;
  return *pool;
}

}  // namespace heddle
