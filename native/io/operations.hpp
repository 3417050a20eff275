#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "native/io/request.hpp"
#include "native/ready_queue.hpp"
#include "native/stop_token.hpp"

namespace heddle {
class Executor;
}  // namespace heddle

namespace heddle::io {

// What a system operation came to: a count or a descriptor, or an errno.
class Result {
 public:
  explicit Result(std::int64_t raw) noexcept : raw_(raw) {}

  [[nodiscard]] bool ok() const noexcept { return raw_ >= 0; }
  [[nodiscard]] std::int64_t value() const noexcept { return raw_; }
  [[nodiscard]] std::error_code error() const noexcept {
    return ok() ? std::error_code{} : std::error_code{static_cast<int>(-raw_), std::system_category()};
  }
  // The count or descriptor; throws std::system_error on failure.
  [[nodiscard]] std::int64_t value_or_throw(const char* operation) const {
    if (!ok()) throw std::system_error(error(), operation);
    return raw_;
  }

 private:
  std::int64_t raw_;
};

// An operation on the current executor's backend: `Result r = co_await io::read(fd, bytes, 0, stop);`
// The bytes, and every other argument that points somewhere, must stay until it resumes; it resumes only when the
// kernel is done with them, also when it was stopped (then with ECANCELED, or its own result if that came first).
class [[nodiscard]] Operation : private Request, private Runnable, private StopCallback {
 public:
  // A transfer, or an operation that needs only the descriptor.
  Operation(Opcode operation, int descriptor, const void* memory, std::size_t size, std::int64_t position,
            StopToken stop) noexcept
      : Request(&Operation::on_completion), StopCallback(&Operation::on_stop), stop_(stop) {
    opcode = operation;
    fd = descriptor;
    address = const_cast<void*>(memory);
    length = size;
    offset = position;
  }
  // An operation of a socket, with flags of its own (MSG_*).
  Operation(Opcode operation, int descriptor, int how, const void* memory, std::size_t size, StopToken stop) noexcept
      : Operation(operation, descriptor, memory, size, kCurrentPosition, stop) {
    flags = how;
  }
  // An operation on a path, relative to `folder`; on the descriptor itself with AT_EMPTY_PATH. `into` is where statx
  // writes.
  Operation(Opcode operation, int folder, std::string name, int how, std::uint32_t mode_or_mask, void* into,
            StopToken stop) noexcept
      : Request(&Operation::on_completion), StopCallback(&Operation::on_stop), stop_(stop), path_(std::move(name)) {
    opcode = operation;
    fd = folder;
    flags = how;
    mode = mode_or_mask;
    address = into;
  }

  // Leaves the copying to the kernel's workers, which overlaps it with this thread. A statement of its own: g++ 12
  // takes `co_await read(...).on_kernel_worker()` for a copy.
  void on_kernel_worker() noexcept { on_worker = true; }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting) noexcept;
  [[nodiscard]] Result await_resume() noexcept { return Result{result}; }

 private:
  static void on_completion(Request& request) noexcept;
  static void on_stop(StopCallback& callback) noexcept;

  StopToken stop_;
  std::string path_;
  Executor* executor_ = nullptr;  // a stop may come from outside of poll(), where none is current
};

// Each is the system call of its name. A relative path starts from the working directory.
[[nodiscard]] Operation open(std::string path, int flags, std::uint32_t mode = 0666, StopToken stop = {});
[[nodiscard]] Operation close(int fd);
[[nodiscard]] Operation read(int fd, std::span<std::byte> bytes, std::int64_t offset, StopToken stop = {});
[[nodiscard]] Operation readv(int fd, std::span<const iovec> parts, std::int64_t offset, StopToken stop = {});
[[nodiscard]] Operation write(int fd, std::span<const std::byte> bytes, std::int64_t offset, StopToken stop = {});
[[nodiscard]] Operation writev(int fd, std::span<const iovec> parts, std::int64_t offset, StopToken stop = {});
[[nodiscard]] Operation fsync(int fd, StopToken stop = {});
[[nodiscard]] Operation fdatasync(int fd, StopToken stop = {});
[[nodiscard]] Operation stat(int fd, struct statx& into, StopToken stop = {});
[[nodiscard]] Operation stat(std::string path, struct statx& into, StopToken stop = {});

}  // namespace heddle::io
