#include "native/io/ring_entry.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "native/io/ring.hpp"
#include "native/io/socket_call.hpp"

namespace heddle::io {

namespace {

// A transfer longer than this would copy for too long on the submitting thread; the kernel's workers do it.
constexpr std::size_t kMaxInlineBytes = std::size_t{128} << 10;

// The most that one transfer moves on Linux (MAX_RW_COUNT). A ring takes the length in 32 bits, where 4 GiB would be none.
constexpr std::size_t kMaxTransferBytes = 0x7ffff000;

unsigned transfer_length(const Request& request) noexcept {
  return static_cast<unsigned>(std::min(request.length, kMaxTransferBytes));
}

}  // namespace

std::size_t bytes_of(const Request& request) noexcept {
  switch (request.opcode) {
    case Opcode::read:
    case Opcode::write:
      return request.length;
    case Opcode::readv:
    case Opcode::writev: {
      std::size_t bytes = 0;
      for (const iovec& part : std::span(static_cast<const iovec*>(request.address), request.length)) {
        bytes += part.iov_len;
      }
      return bytes;
    }
    default:
      return 0;
  }
}

void fill_entry(io_uring_sqe& sqe, const Request& request) noexcept {
  const auto offset = static_cast<std::uint64_t>(request.offset);
  switch (request.opcode) {
    case Opcode::open:
      io_uring_prep_openat(&sqe, request.fd, request.path, request.flags, request.mode);
      break;
    case Opcode::close:
      io_uring_prep_close(&sqe, request.fd);
      break;
    case Opcode::read:
      io_uring_prep_read(&sqe, request.fd, request.address, transfer_length(request), offset);
      break;
    case Opcode::readv:
      io_uring_prep_readv(&sqe, request.fd, static_cast<const iovec*>(request.address),
                          static_cast<unsigned>(request.length), offset);
      break;
    case Opcode::write:
      io_uring_prep_write(&sqe, request.fd, request.address, transfer_length(request), offset);
      break;
    case Opcode::writev:
      io_uring_prep_writev(&sqe, request.fd, static_cast<const iovec*>(request.address),
                           static_cast<unsigned>(request.length), offset);
      break;
    case Opcode::fsync:
      io_uring_prep_fsync(&sqe, request.fd, 0);
      break;
    case Opcode::fdatasync:
      io_uring_prep_fsync(&sqe, request.fd, IORING_FSYNC_DATASYNC);
      break;
    case Opcode::statx:
      io_uring_prep_statx(&sqe, request.fd, request.path, request.flags, request.mode,
                          static_cast<struct statx*>(request.address));
      break;
    case Opcode::accept:
      io_uring_prep_accept(&sqe, request.fd, nullptr, nullptr, SOCK_CLOEXEC);
      break;
    case Opcode::connect:
      io_uring_prep_connect(&sqe, request.fd, static_cast<const sockaddr*>(request.address),
                            static_cast<socklen_t>(request.length));
      break;
    case Opcode::receive:
      io_uring_prep_recv(&sqe, request.fd, request.address, socket_transfer_length(request), request.flags);
      break;
    case Opcode::send:
      io_uring_prep_send(&sqe, request.fd, request.address, socket_transfer_length(request), request.flags);
      break;
    case Opcode::receive_message:
      io_uring_prep_recvmsg(&sqe, request.fd, static_cast<msghdr*>(request.address),
                            static_cast<unsigned>(request.flags));
      break;
    case Opcode::send_message:
      io_uring_prep_sendmsg(&sqe, request.fd, static_cast<const msghdr*>(request.address),
                            static_cast<unsigned>(request.flags));
      break;
    case Opcode::accept_many:
      io_uring_prep_accept(&sqe, request.fd, nullptr, nullptr, SOCK_CLOEXEC);
      if (request.multishot) sqe.ioprio |= IORING_ACCEPT_MULTISHOT;
      break;
    case Opcode::receive_many:
      if (request.multishot) {
        io_uring_prep_recv_multishot(&sqe, request.fd, nullptr, 0, 0);
        sqe.flags |= IOSQE_BUFFER_SELECT;
        sqe.buf_group = Ring::kBufferGroup;
      } else {
        io_uring_prep_poll_add(&sqe, request.fd, POLLIN);
      }
      break;
  }
  if (request.on_worker || bytes_of(request) > kMaxInlineBytes) sqe.flags |= IOSQE_ASYNC;
}

}  // namespace heddle::io
