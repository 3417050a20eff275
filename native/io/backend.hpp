#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "native/io/receive_buffers.hpp"
#include "native/io/request.hpp"

namespace heddle {
class BlockingPool;
class WakeEvent;
}  // namespace heddle

namespace heddle::io {

enum class BackendKind : std::uint8_t { uring, fallback };
enum class BackendChoice : std::uint8_t { automatic, uring, fallback };

// Carries out Requests for one executor; only that executor's thread calls it. There are two: io_uring, and
// epoll with blocking threads where a ring can't be had. Both give the same results for the same requests.
class Backend {
 public:
  virtual ~Backend() = default;

  [[nodiscard]] virtual BackendKind kind() const noexcept = 0;
  // Readable when reap() has something to do.
  [[nodiscard]] virtual int fd() const noexcept = 0;

  // Queues the request. It reaches the kernel with the next flush().
  virtual void submit(Request& request) noexcept = 0;
  // Asks for an early end. The request still completes exactly once, with -ECANCELED or with its own result when
  // it was too late. Harmless for a request that is completing.
  virtual void cancel(Request& request) noexcept = 0;
  // Hands queued requests to the kernel, stopping after about `inline_bytes` of reads and writes that may be
  // copied on this thread. Returns true when requests are left for another flush.
  virtual bool flush(std::size_t inline_bytes) noexcept = 0;
  // Completes what has finished and returns how many requests that were.
  virtual std::size_t reap() noexcept = 0;

  // The memory of what receive_many receives; made at the first call. Throws std::bad_alloc.
  [[nodiscard]] virtual ReceiveBuffers& receive_buffers() = 0;
  // Whoever got a buffer is done with it. True when somebody waited for one: flush() soon.
  [[nodiscard]] virtual bool give_back(int buffer) noexcept = 0;

  // So many calls that do not wait (reads of what is in the page cache, small sends), when they are there together, are made
  // sooner one by one than through here.
  [[nodiscard]] virtual std::size_t most_direct_calls() const noexcept = 0;

  // Submitted and not completed.
  [[nodiscard]] virtual std::size_t in_flight() const noexcept = 0;
};

struct BackendAndReason {
  std::unique_ptr<Backend> backend;
  std::string reason;  // why this one; for people
};

// automatic: io_uring if it can be set up, else the fallback. uring: throws std::system_error when it can't.
// The fallback runs its system calls on `pool` and tells the executor through `wake`; both must outlive it.
[[nodiscard]] BackendAndReason make_backend(BackendChoice choice, BlockingPool& pool, WakeEvent& wake);

}  // namespace heddle::io
