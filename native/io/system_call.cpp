#include "native/io/system_call.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <span>

namespace heddle::io {

namespace {

std::int64_t outcome(std::int64_t returned) noexcept { return returned < 0 ? -errno : returned; }

bool ready(int fd, short events) noexcept {
  pollfd wait{.fd = fd, .events = events, .revents = 0};
  return poll(&wait, 1, 0) != 0;
}

using Transfer = ssize_t (*)(int, const iovec*, int, off_t, int);

std::int64_t transfer(Transfer call, const Request& request, std::span<const iovec> parts, bool never_wait) noexcept {
  iovec little{};
  int flags = never_wait ? RWF_NOWAIT : 0;
  off_t offset = request.offset;
  for (;;) {
    const std::int64_t result = outcome(call(request.fd, parts.data(), static_cast<int>(parts.size()), offset, flags));
    if (result == -EOPNOTSUPP && flags != 0) {
      // RWF_NOWAIT is not for every file: FIFOs lack it. That one can be written, poll() says of PIPE_BUF bytes only.
      const bool writes = call == pwritev2;
      if (!ready(request.fd, writes ? POLLOUT : POLLIN)) return -EAGAIN;
      flags = 0;
      if (writes) {
        little = {.iov_base = parts[0].iov_base, .iov_len = std::min<std::size_t>(parts[0].iov_len, PIPE_BUF)};
        parts = std::span<const iovec>(&little, 1);
      }
    } else if (result == -ESPIPE && offset != kCurrentPosition) {
      // As in io_uring, the offset means nothing to a file that has no positions.
      offset = kCurrentPosition;
    } else {
      return result;
    }
  }
}

}  // namespace

bool never_blocks(const Request& request) noexcept {
  if (!request.transfers_bytes() || request.offset != kCurrentPosition) return false;
  const int flags = fcntl(request.fd, F_GETFL);
  if (flags < 0 || (flags & O_NONBLOCK) == 0) return false;
  // Not lseek(): it waits for a transfer of another thread's at the file's own position.
  struct statx type{};
  return statx(request.fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &type) == 0 && !S_ISREG(type.stx_mode) &&
         !S_ISBLK(type.stx_mode) && !S_ISDIR(type.stx_mode);
}

std::int64_t system_call(const Request& request, bool never_wait) noexcept {
  const iovec whole{.iov_base = request.address, .iov_len = request.length};
  const std::span<const iovec> one(&whole, 1);
  const std::span<const iovec> many(static_cast<const iovec*>(request.address), request.length);
  switch (request.opcode) {
    case Opcode::open:
      return outcome(openat(request.fd, request.path, request.flags, request.mode));
    case Opcode::close:
      // Interrupted or not, the descriptor is gone: a second close would hit its next owner.
      return close(request.fd) == 0 || errno == EINTR ? 0 : -errno;
    case Opcode::read:
      return transfer(preadv2, request, one, never_wait);
    case Opcode::readv:
      return transfer(preadv2, request, many, never_wait);
    case Opcode::write:
      return transfer(pwritev2, request, one, never_wait);
    case Opcode::writev:
      return transfer(pwritev2, request, many, never_wait);
    case Opcode::fsync:
      return outcome(fsync(request.fd));
    case Opcode::fdatasync:
      return outcome(fdatasync(request.fd));
    case Opcode::statx:
      return outcome(
          statx(request.fd, request.path, request.flags, request.mode, static_cast<struct statx*>(request.address)));
    case Opcode::connect:
      return outcome(
          connect(request.fd, static_cast<const sockaddr*>(request.address), static_cast<socklen_t>(request.length)));
    default:
      break;
  }
  return -EINVAL;
}

}  // namespace heddle::io
