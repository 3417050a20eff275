#pragma once

#include <memory>

#include "native/blocking_pool.hpp"

namespace heddle::cuda {

// Threads that a driver does not let go of: a free, say, that waits for a kernel that never ends. A device that closes
// leaves them here with all that they use instead of waiting for ever. They are joined once they have come back; the end of
// the process does not wait for that.
namespace left_behind {

// Nobody waits for what its jobs are at. `owner` keeps what they refer to. Throws std::bad_alloc.
void keep(std::unique_ptr<BlockingPool> pool, std::shared_ptr<const void> owner);
// Joins those that have come back. Any thread; does not wait.
void collect() noexcept;

}  // namespace left_behind

}  // namespace heddle::cuda
