#pragma once

#include <atomic>
#include <cstddef>

#include "cuda/driver.hpp"

namespace heddle::cuda::host {

// Work for a stream of a host device that the fields of Work do not describe: a class for each kind, in a file of its
// own. It owns what it needs beyond the memory that its enqueuer keeps.
class Job {
 public:
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  // On the stream's thread, or on the one that enqueued it, with no lock held; in a graph again at every launch. Looks at
  // `stop` at least every millisecond of work, and comes to an early end when it is set. Any status but kSuccess kills
  // the device, as a fault in the middle of work does on a GPU; an error that the enqueuing call could have found belongs
  // there.
  virtual Status run(const std::atomic<bool>& stop) noexcept = 0;
  // About how many bytes it touches, which decides whether the thread that enqueues it does it on the spot.
  [[nodiscard]] virtual std::size_t weight() const noexcept = 0;
};

}  // namespace heddle::cuda::host
