#include "native/http/exchange.hpp"

#include <cerrno>
#include <utility>

#include "native/http/connect.hpp"
#include "native/http/error.hpp"
#include "native/io/sockets.hpp"
#include "native/when_all.hpp"

namespace heddle::http {

namespace {

// The peer has gone, which an idle connection does not tell until it is used.
bool is_gone(std::error_code error) noexcept {
  return error.value() == ECONNRESET || error.value() == EPIPE || error.value() == ENOTCONN;
}

}  // namespace

Exchange::Exchange(Pool& pool, Origin origin, Request request, const Limits& limits)
    : pool_(pool), origin_(std::move(origin)), request_(std::move(request)), limits_(limits) {}

Task<void> Exchange::start(StopToken stop) {
  for (bool fresh = false;; fresh = true) {
    connection_ = co_await pool_.acquire(origin_, fresh, stop);
    reader_.emplace(limits_, request_.method == "HEAD");
    unsent_ = Unsent(request_);
    co_await send_first(stop);
    const bool answered = co_await receive_head(stop);
    if (answered) break;
    connection_.close();
  }
  end_if_complete();
}

// As much as the system takes at once, which nearly always is all: then nothing else need be done beside receiving.
Task<void> Exchange::send_first(StopToken stop) {
  refused_ = false;
  const io::Result sent = co_await io::send(connection_.fd(), unsent_.front(), stop);
  note_sent(sent);
  if (unsendable_) throw SocketError(unsendable_, "write");
}

Task<void> Exchange::send_rest(StopSource& both) {
  while (!unsent_.empty()) {
    const io::Result sent = co_await io::send(connection_.fd(), unsent_.front(), both.token());
    if (!sent.ok() && both.stop_requested()) co_return;  // to be gone on with, maybe
    note_sent(sent);
  }
  if (unsendable_) both.request_stop();
}

void Exchange::note_sent(io::Result sent) {
  if (sent.ok()) {
    unsent_.taken(static_cast<std::size_t>(sent.value()));
    return;
  }
  // A server that takes no more may have said why.
  refused_ = true;
  if (!is_gone(sent.error())) unsendable_ = sent.error();
  unsent_.clear();
}

Task<io::Result> Exchange::receive_beside(std::span<std::byte> place, StopSource& both) {
  const io::Result received = co_await io::receive(connection_.fd(), place, both.token());
  both.request_stop();
  co_return received;
}

// A peer that takes no more of the request until somebody reads its answer must not make both wait for ever.
Task<io::Result> Exchange::receive(std::span<std::byte> place, StopToken stop) {
  if (unsent_.empty()) {
    const io::Result received = co_await io::receive(connection_.fd(), place, stop);
    co_return received;
  }
  StopSource both(stop);
  auto [sent, received] = co_await when_all(send_rest(both), receive_beside(place, both));
  if (unsendable_) throw SocketError(unsendable_, "write");
  co_return received;
}

Task<bool> Exchange::receive_head(StopToken stop) {
  for (;;) {
    const bool there = reader_->read_head();
    if (there) co_return true;
    const io::Result received = co_await receive(reader_->room(), stop);
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
    const io::Result received = co_await receive(place, stop);
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
  if (unsent_.empty() && !refused_ && reader_->reusable()) {
    connection_.give_back();
  } else {
    connection_.close();
  }
}

}  // namespace heddle::http
