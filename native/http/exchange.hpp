#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>

#include "native/http/pool.hpp"
#include "native/http/request.hpp"
#include "native/http/response_reader.hpp"
#include "native/http/unsent.hpp"
#include "native/io/operations.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle::http {

// One request and its response:
//
//   http::Exchange exchange(pool, origin, std::move(request));
//   co_await exchange.start(stop);
//   use(exchange.head());
//   while (!exchange.complete()) { const std::size_t bytes = co_await exchange.read(into, stop); ... }
//
// Its connection goes back to the pool with the last byte of the body, and is closed when the exchange goes before that, or
// fails. A server may answer before it has read the whole request: the rest is sent while start() and read() wait, until the
// response is complete; then the connection is closed. A connection that has been idle may turn out to be closed; then an idempotent request is sent once more, on a fresh
// one. Both coroutines throw Error, SocketError, and std::errc::operation_canceled when they were stopped; one of them
// at a time. The pool must outlive the exchange.
class Exchange {
 public:
  Exchange(Pool& pool, Origin origin, Request request, const Limits& limits = {});
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Sends the request and waits for the head of the response.
  [[nodiscard]] Task<void> start(StopToken stop);
  // Precondition of all that follows: start() has returned.
  [[nodiscard]] ResponseHead& head() noexcept { return reader_->head(); }

  // Waits for some of the body, which goes into `into`. 0: it is complete. Precondition: `into` is not empty.
  [[nodiscard]] Task<std::size_t> read(std::span<std::byte> into, StopToken stop);
  // The same with what has come already; 0 also when that is nothing.
  [[nodiscard]] std::size_t read_arrived(std::span<std::byte> into);
  // The whole body was read.
  [[nodiscard]] bool complete() const noexcept { return reader_->complete(); }

 private:
  [[nodiscard]] Task<void> send_first(StopToken stop);
  [[nodiscard]] Task<void> send_rest(StopSource& both);
  [[nodiscard]] Task<io::Result> receive(std::span<std::byte> place, StopToken stop);
  [[nodiscard]] Task<io::Result> receive_beside(std::span<std::byte> place, StopSource& both);
  void note_sent(io::Result sent);
  // False: the connection was of no use any more, and the request may be sent on another.
  [[nodiscard]] Task<bool> receive_head(StopToken stop);
  void end_if_complete() noexcept;

  Pool& pool_;
  const Origin origin_;
  Request request_;
  const Limits limits_;
  Pool::Lease connection_;
  std::optional<ResponseReader> reader_;
  Unsent unsent_;
  bool refused_ = false;         // the peer takes no more
  std::error_code unsendable_;  // what else went wrong with sending
};

}  // namespace heddle::http
