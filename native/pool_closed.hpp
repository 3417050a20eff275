#pragma once

#include <stdexcept>

namespace heddle {

// A WorkStealingPool was asked for work after close().
class PoolClosed : public std::runtime_error {
 public:
  PoolClosed() : std::runtime_error("the pool is closed") {}
};

}  // namespace heddle
