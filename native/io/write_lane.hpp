#pragma once

#include <sys/uio.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "native/blocking_pool.hpp"

namespace heddle::io {

// Whether each write to the file would wait for a thread: it is a regular file, and its system has no buffered write that
// does not wait (ext4, tmpfs). Never waits itself, and leaves the file as it is.
[[nodiscard]] bool writes_wait(int fd) noexcept;

// The writes to one file for which that is so. A thread of the pool carries them out in the order of submission, and takes
// along what has come meanwhile: many cost one hand-over together, where a ring gives each to a worker of the kernel, and
// those that follow each other in the file cost one system call. It keeps itself alive while a thread is at work. Its descriptor must stay open until all writes have ended.
class WriteLane final : private BlockingPool::Job, public std::enable_shared_from_this<WriteLane> {
 public:
  // One write. Whoever submits it owns it, and the memory it names, until `done` has been called, once.
  struct Write {
    // On the pool's thread, except when there is no thread to be had. `more`: others are done at once, and one word to the
    // executor is enough for all.
    using Function = void (*)(Write& write, bool more) noexcept;

    explicit Write(Function on_end) noexcept : done(on_end) {}
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

    std::span<const iovec> parts;
    std::int64_t offset = -1;  // -1: the file's own position
    std::int64_t result = 0;   // bytes, or -errno
    Function done;

   private:
    friend class WriteLane;
    Write* previous = nullptr;
    Write* next = nullptr;
    std::atomic<bool> unwanted{false};
  };

  WriteLane(BlockingPool& pool, int fd) noexcept : Job(&WriteLane::run_on_pool), pool_(pool), fd_(fd) {}

  // One thread: the executor's.
  void submit(Write& write);
  // True: it has not begun, and is the caller's again. False: it ends with its own result, or with -ECANCELED.
  [[nodiscard]] bool withdraw(Write& write) noexcept;

 private:
  static void run_on_pool(BlockingPool::Job& job) noexcept;
  // False: nothing was left to do, and the lane rests.
  bool work() noexcept;
  [[nodiscard]] Write* take_all() noexcept;
  // Carries out the write, and those behind it that go into the same system call. Returns the first that does not.
  [[nodiscard]] Write* carry_out_run(Write& first) const noexcept;
  void carry_out(Write& write) const noexcept;
  [[nodiscard]] ssize_t write_parts(std::span<const iovec> parts, std::int64_t offset) const noexcept;

  BlockingPool& pool_;
  const int fd_;
  std::mutex mutex_;
  Write* head_ = nullptr;
  Write* tail_ = nullptr;
  std::shared_ptr<WriteLane> working_;  // itself, while it is the pool's
};

}  // namespace heddle::io
