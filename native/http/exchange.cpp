#include "native/http/exchange.hpp"

#include <cerrno>
#include <utility>

#include "native/http/connect.hpp"
#include "native/http/error.hpp"
#include "native/io/sockets.hpp"

namespace heddle::http {

namespace {

// A body up to this is sent with the head.
constexpr std::size_t kSentWithHead = std::size_t{16} << 10;

std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The peer has gone, which an idle connection does not tell until it is used.
bool is_gone(std::error_code error) noexcept {
  return error.value() == ECONNRESET || error.value() == EPIPE || error.value() == ENOTCONN;
}

Task<std::error_code> send_all(int fd, std::span<const std::byte> bytes, StopToken stop) {
  while (!bytes.empty()) {
    const io::Result sent = co_await io::send(fd, bytes, stop);
    if (!sent.ok()) co_return sent.error();
    bytes = bytes.subspan(static_cast<std::size_t>(sent.value()));
  }
  co_return std::error_code{};
}

}  // namespace

Exchange::Exchange(Pool& pool, Origin origin, Request request, const Limits& limits)
    : pool_(pool), origin_(std::move(origin)), request_(std::move(request)), limits_(limits) {}

Task<void> Exchange::start(StopToken stop) {
  for (bool fresh = false;; fresh = true) {
    connection_ = co_await pool_.acquire(origin_, fresh, stop);
    reader_.emplace(limits_, request_.method == "HEAD");
    const std::error_code unsent = co_await send(stop);
    // A server that takes no more may have said why.
    if (unsent && !is_gone(unsent)) throw SocketError(unsent, "write");
    sent_ = !unsent;
    const bool answered = co_await receive_head(stop);
    if (answered) break;
    connection_.close();
  }
  end_if_complete();
}

Task<std::error_code> Exchange::send(StopToken stop) {
  const std::span<const std::byte> body = request_.body;
  const bool together = body.size() <= kSentWithHead;
  std::string first = write_head(request_);
  if (together) first.append(text_of(body));
  std::error_code error = co_await send_all(connection_.fd(), std::as_bytes(std::span(first)), stop);
  if (!error && !together) error = co_await send_all(connection_.fd(), body, stop);
  co_return error;
}

Task<bool> Exchange::receive_head(StopToken stop) {
  for (;;) {
    const bool there = reader_->read_head();
    if (there) co_return true;
    const io::Result received = co_await io::receive(connection_.fd(), reader_->room(), stop);
    const bool ended = received.ok() ? received.value() == 0 : is_gone(received.error());
    if (ended && !reader_->begun()) {
      if (connection_.reused() && request_.idempotent()) co_return false;
      throw Error(kHangUp, "socket hang up");
    }
    if (!received.ok()) throw SocketError(received.error(), "read");
    if (ended) {
      reader_->ended();
    } else {
      reader_->received(static_cast<std::size_t>(received.value()));
    }
  }
}

Task<std::size_t> Exchange::read(std::span<std::byte> into, StopToken stop) {
  for (;;) {
    const std::size_t arrived = read_arrived(into);
    if (arrived != 0 || complete()) co_return arrived;
    const std::size_t direct = reader_->direct(into.size());
    const std::span<std::byte> place = direct != 0 ? into.first(direct) : reader_->room();
    const io::Result received = co_await io::receive(connection_.fd(), place, stop);
    if (!received.ok()) throw SocketError(received.error(), "read");
    const auto bytes = static_cast<std::size_t>(received.value());
    if (bytes == 0) {
      reader_->ended();
    } else if (direct == 0) {
      reader_->received(bytes);
    } else {
      reader_->received_direct(bytes);
      end_if_complete();
      co_return bytes;
    }
  }
}

std::size_t Exchange::read_arrived(std::span<std::byte> into) {
  const std::size_t bytes = reader_->read_body(into);
  end_if_complete();
  return bytes;
}

void Exchange::end_if_complete() noexcept {
  if (!complete() || !connection_) return;
  if (sent_ && reader_->reusable()) {
    connection_.give_back();
  } else {
    connection_.close();
  }
}

}  // namespace heddle::http
