#include "native/io/operations.hpp"

#include <cerrno>

#include "native/executor.hpp"

namespace heddle::io {

bool Operation::await_suspend(std::coroutine_handle<> awaiting) noexcept {
  if (stop_.stop_requested()) {
    result = -ECANCELED;
    return false;
  }
  handle = awaiting;
  if (opcode == Opcode::open || opcode == Opcode::statx) path = path_.c_str();
  executor_ = &Executor::here();
  stop_.link(*this);
  executor_->io().submit(*this);
  return true;
}

void Operation::on_completion(Request& request) noexcept {
  auto& operation = static_cast<Operation&>(request);
  operation.unlink();
  operation.executor_->schedule(operation);
}

void Operation::on_stop(StopCallback& callback) noexcept {
  auto& operation = static_cast<Operation&>(callback);
  operation.executor_->io().cancel(operation);
}

namespace {

constexpr std::uint32_t kStatMask = STATX_BASIC_STATS | STATX_BTIME;

}  // namespace

Operation open(std::string path, int flags, std::uint32_t mode, StopToken stop) {
  return {Opcode::open, AT_FDCWD, std::move(path), flags | O_CLOEXEC, mode, nullptr, stop};
}

Operation close(int fd) { return {Opcode::close, fd, nullptr, 0, 0, StopToken{}}; }

Operation read(int fd, std::span<std::byte> bytes, std::int64_t offset, StopToken stop) {
  return {Opcode::read, fd, bytes.data(), bytes.size(), offset, stop};
}

Operation readv(int fd, std::span<const iovec> parts, std::int64_t offset, StopToken stop) {
  return {Opcode::readv, fd, parts.data(), parts.size(), offset, stop};
}

Operation write(int fd, std::span<const std::byte> bytes, std::int64_t offset, StopToken stop) {
  return {Opcode::write, fd, bytes.data(), bytes.size(), offset, stop};
}

Operation writev(int fd, std::span<const iovec> parts, std::int64_t offset, StopToken stop) {
  return {Opcode::writev, fd, parts.data(), parts.size(), offset, stop};
}

Operation fsync(int fd, StopToken stop) { return {Opcode::fsync, fd, nullptr, 0, 0, stop}; }

Operation fdatasync(int fd, StopToken stop) { return {Opcode::fdatasync, fd, nullptr, 0, 0, stop}; }

Operation stat(int fd, struct statx& into, StopToken stop) {
  return {Opcode::statx, fd, std::string{}, AT_EMPTY_PATH, kStatMask, &into, stop};
}

Operation stat(std::string path, struct statx& into, StopToken stop) {
  return {Opcode::statx, AT_FDCWD, std::move(path), 0, kStatMask, &into, stop};
}

}  // namespace heddle::io
