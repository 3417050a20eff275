#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::io {

enum class Opcode : std::uint8_t {
  open,
  close,
  read,
  readv,
  write,
  writev,
  fsync,
  fdatasync,
  statx,
  accept,
  connect,
  receive,
  send,
  receive_message,
  send_message,
  accept_many,
  receive_many,
};

// The file's own position, for reads and writes.
inline constexpr std::int64_t kCurrentPosition = -1;

// One system operation. Whoever submits it owns it, and must keep it, and all the memory it names, until
// `completed` has been called: exactly once, on the executor's thread, also after a cancel. accept_many and receive_many
// call it before that for each result, with `more` set.
struct Request {
  using Function = void (*)(Request&) noexcept;

  explicit Request(Function on_completion) noexcept : completed(on_completion) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] bool transfers_bytes() const noexcept { return opcode >= Opcode::read && opcode <= Opcode::writev; }
  [[nodiscard]] bool on_socket() const noexcept { return opcode >= Opcode::accept && opcode <= Opcode::receive_many; }
  // It has results until it is cancelled or fails: see `more`.
  [[nodiscard]] bool has_many() const noexcept {
    return opcode == Opcode::accept_many || opcode == Opcode::receive_many;
  }
  [[nodiscard]] bool writes() const noexcept { return opcode == Opcode::write || opcode == Opcode::writev; }
  // Where it reads or writes is where the last has left off: one such comes after the other.
  [[nodiscard]] bool in_turn() const noexcept { return transfers_bytes() && offset == kCurrentPosition; }
  // It may wait for ever for somebody else, and a close of its descriptor ends it.
  [[nodiscard]] bool waits_for_peer() const noexcept { return transfers_bytes() || on_socket(); }

  Opcode opcode = Opcode::read;
  bool cancelled = false;      // set by Backend::cancel
  bool on_worker = false;      // never run inline on the submitting thread
  bool past_cache = false;     // a read that surely waits for the disk: many of them are handed over a few at a time
  int fd = -1;                 // for open and statx: the folder that a relative path starts from
  int flags = 0;               // open: O_*; statx: AT_*; receive, send: MSG_*
  std::uint32_t mode = 0;      // open: permission bits; statx: STATX_* mask
  const char* path = nullptr;  // open, statx
  void* address = nullptr;     // read, write, receive, send: bytes; readv, writev: iovec array; statx: struct statx;
                               // connect: sockaddr; receive_message, send_message: msghdr
  std::size_t length = 0;  // read, write, receive, send, connect: bytes; readv, writev: entries; receive_many: about
                           // how many bytes the receiver has room for before it can say stop, 0: any number
  std::int64_t offset = kCurrentPosition;

  std::int64_t result = 0;  // >= 0: what the system call returned; < 0: -errno
  bool more = false;        // this was a result, and the request goes on
  int buffer = -1;  // receive_many: which of Backend::receive_buffers() has the bytes; the receiver gives it back
  Function completed;

  // The backend's own, while the request is in flight.
  Request* next = nullptr;
  std::uint32_t slot = ~std::uint32_t{0};
  void* call = nullptr;
  int half_pipe = -1;             // open: the reading end of a FIFO, until somebody writes
  bool writer_came = false;       // open: and has gone again, maybe
  bool multishot = false;         // accept_many, receive_many: the kernel was asked for all results at once
  bool turning = false;           // receive_many: cancelled by the backend itself, to go on one look at a time
  std::uint8_t calm = 0;          // receive_many: looks in a row that found little
  bool connecting = false;        // connect: under way, without waiting for it
  std::int64_t position = -1;     // where the file was, for a write at its own position
  std::int64_t traced_since = 0;  // Clock::monotonic(), while a trace is being recorded
};

}  // namespace heddle::io
