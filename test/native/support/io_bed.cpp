#include "test/native/support/io_bed.hpp"

namespace heddle::test {

namespace {

std::int64_t raw(const io::Result& result) noexcept {
  return result.ok() ? result.value() : -static_cast<std::int64_t>(result.error().value());
}

}  // namespace

Task<std::int64_t> open_task(std::string path, int flags, unsigned mode, StopToken stop) {
  const io::Result result = co_await io::open(std::move(path), flags, mode, stop);
  co_return raw(result);
}

Task<std::int64_t> close_task(int fd) {
  const io::Result result = co_await io::close(fd);
  co_return raw(result);
}

Task<std::int64_t> read_task(int fd, std::span<std::byte> bytes, std::int64_t offset, StopToken stop) {
  const io::Result result = co_await io::read(fd, bytes, offset, stop);
  co_return raw(result);
}

Task<std::int64_t> readv_task(int fd, std::span<const iovec> parts, std::int64_t offset, StopToken stop) {
  const io::Result result = co_await io::readv(fd, parts, offset, stop);
  co_return raw(result);
}

Task<std::int64_t> write_task(int fd, std::span<const std::byte> bytes, std::int64_t offset, StopToken stop) {
  const io::Result result = co_await io::write(fd, bytes, offset, stop);
  co_return raw(result);
}

Task<std::int64_t> writev_task(int fd, std::span<const iovec> parts, std::int64_t offset, StopToken stop) {
  const io::Result result = co_await io::writev(fd, parts, offset, stop);
  co_return raw(result);
}

Task<std::int64_t> fsync_task(int fd) {
  const io::Result result = co_await io::fsync(fd);
  co_return raw(result);
}

Task<std::int64_t> fdatasync_task(int fd) {
  const io::Result result = co_await io::fdatasync(fd);
  co_return raw(result);
}

Task<std::int64_t> stat_task(int fd, struct statx& into) {
  const io::Result result = co_await io::stat(fd, into);
  co_return raw(result);
}

Task<std::int64_t> stat_task(std::string path, struct statx& into) {
  const io::Result result = co_await io::stat(std::move(path), into);
  co_return raw(result);
}

Task<void> keep(Task<std::int64_t> task, Outcome& outcome) {
  const std::int64_t value = co_await std::move(task);
  outcome.value = value;
  ++outcome.times;
}

Task<void> join(Scope& scope) { co_await scope.join(); }

}  // namespace heddle::test
