#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

#include "native/http/response_head.hpp"

namespace heddle::http {

struct Limits {
  // The head with what precedes it (1xx); and whatever is between two pieces of the body, or behind the last: the line of a
  // chunk with its extensions, a trailer.
  std::size_t header_bytes = std::size_t{64} << 10;
  std::uint64_t body_bytes = std::numeric_limits<std::uint64_t>::max();
};

// Turns the bytes of one connection into one response; it does no I/O of its own:
//
//   while (!reader.read_head()) receive into reader.room(), and say so with received() or ended();
//   while (!reader.complete()) {
//     const std::size_t bytes = reader.read_body(into);
//     if (bytes == 0 && !reader.complete()) receive into reader.room(), or `into` itself (see direct())
//   }
//
// Framing is what RFC 9112 says: no body, Content-Length, chunked, or until the peer closes. Whatever else comes throws
// an Error, and the reader is good for nothing more.
class ResponseReader {
 public:
  // `to_head`: it answers a HEAD, and has no body whatever it says.
  ResponseReader(const Limits& limits, bool to_head);
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;
  ~ResponseReader();

  // Where bytes from the connection go; never empty. received() tells how many came, ended() that the peer has closed.
  [[nodiscard]] std::span<std::byte> room();
  void received(std::size_t bytes) noexcept;
  void ended();
  // Whether any byte of a response has come.
  [[nodiscard]] bool begun() const noexcept { return begun_; }

  // True when the head is there. Interim responses (1xx) are skipped.
  [[nodiscard]] bool read_head();
  // Precondition: read_head() was true.
  [[nodiscard]] ResponseHead& head() noexcept { return head_; }

  // Moves what has come of the body, and fits. 0: nothing is there now, or the body is complete.
  [[nodiscard]] std::size_t read_body(std::span<std::byte> into);
  // How much of what comes next may be received into a span of that size itself: 0 where it has to pass room() first,
  // because bytes wait there or the body is chunked.
  [[nodiscard]] std::size_t direct(std::size_t wanted) const noexcept;
  void received_direct(std::size_t bytes);

  [[nodiscard]] bool complete() const noexcept { return body_ == Body::complete; }
  // Whether another request may follow on the connection. Precondition: complete().
  [[nodiscard]] bool reusable() const noexcept { return keep_alive_ && begin_ == end_; }

 private:
  class Parser;
  enum class Body : std::uint8_t { unknown, length, chunked, until_close, complete };

  [[nodiscard]] std::size_t waiting() const noexcept { return end_ - begin_; }
  [[nodiscard]] std::string_view text() const noexcept;
  void grow();
  // False: the parser must not see what is there before more has come.
  [[nodiscard]] bool prepare_status_line();
  void check_part_of_head(bool status_line_read);
  void begin_body();
  [[nodiscard]] std::size_t copy_body(std::span<std::byte> into);
  [[nodiscard]] std::size_t parse_chunks(std::span<std::byte> into);
  void count(std::size_t bytes);

  Limits limits_;
  std::unique_ptr<Parser> parser_;
  ResponseHead head_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of what waits in the buffer
  std::size_t end_ = 0;
  std::size_t head_bytes_ = 0;
  std::size_t head_start_ = 0;  // of those, what preceded the head that is being read
  std::size_t checked_ = 0;     // of what waits: has no bare line feed
  std::size_t between_ = 0;     // bytes since the last one of a chunked body
  std::uint64_t left_ = 0;      // of a body with a length
  std::uint64_t given_ = 0;     // of the body so far
  Body body_ = Body::unknown;
  bool to_head_;
  bool filled_ = false;  // the peer had more than there was room for
  bool begun_ = false;
  bool keep_alive_ = false;
};

}  // namespace heddle::http
