#include "native/bridge/http_response.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/http/connect.hpp"
#include "native/http/error.hpp"

namespace heddle::bridge {

namespace {

// A body up to this goes to JavaScript with its head, if it has come with it.
constexpr std::size_t kWithHead = std::size_t{16} << 10;
constexpr std::size_t kAtATime = std::size_t{2} << 10;

}  // namespace

HttpResponse::HttpResponse(Executor& executor, std::shared_ptr<HttpClient> client, HttpCall call)
    : Timer(&HttpResponse::on_deadline),
      executor_(executor),
      client_(std::move(client)),
      request_body_(std::move(call.body)),
      stop_(client_->stop.token()),
      exchange_(client_->pool, std::move(call.origin), std::move(call.request), call.limits) {
  if (call.timeout > 0) executor_.timers().add(*this, executor_.now() + call.timeout);
}

HttpResponse::~HttpResponse() { executor_.timers().cancel(*this); }

void HttpResponse::on_deadline(Timer& timer) noexcept {
  auto& response = static_cast<HttpResponse&>(timer);
  response.timed_out_ = response.stop_.request_stop();
}

bool HttpResponse::begin(Bridge& bridge, std::int32_t id) {
  if (operation_) return false;
  bridge.begin(operation_.emplace(id, *this));
  return true;
}

std::int32_t HttpResponse::end() noexcept {
  const std::int32_t id = operation_->id;
  operation_.reset();
  if (exchange_.complete()) executor_.timers().cancel(*this);
  return id;
}

HttpHead HttpResponse::take_head() {
  HttpHead result{.head = std::move(exchange_.head())};
  std::array<std::byte, kAtATime> part;
  while (waiting_.size() < kWithHead) {
    const std::size_t bytes = exchange_.read_arrived(part);
    if (bytes == 0) break;
    waiting_.insert(waiting_.end(), part.begin(), part.begin() + bytes);
  }
  result.complete = exchange_.complete();
  if (result.complete) result.body = std::exchange(waiting_, {});
  return result;
}

Task<std::size_t> HttpResponse::read(std::span<std::byte> into, bool fill) {
  std::size_t filled = std::min(into.size(), waiting_.size());
  if (filled != 0) {
    std::memcpy(into.data(), waiting_.data(), filled);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(filled));
  }
  while (filled < into.size() && !exchange_.complete() && (fill || filled == 0)) {
    const std::size_t more = co_await exchange_.read(into.subspan(filled), stop_.token());
    filled += more;
  }
  co_return filled;
}

HttpFailure HttpResponse::failure_of(const std::exception_ptr& error) const {
  try {
    std::rethrow_exception(error);
  } catch (const TypedError& failed) {
    return {.code = failed.code(), .message = failed.what()};
  } catch (const std::system_error& failed) {
    if (failed.code() == std::errc::operation_canceled) {
      if (timed_out_) return {.code = http::kTimedOut, .message = "the time for the exchange is up"};
      if (client_->closed) return {.code = http::kClosed, .message = "the client was closed"};
      return {};
    }
    const auto* socket = dynamic_cast<const http::SocketError*>(&failed);
    if (socket == nullptr) return {.message = failed.what(), .errno_number = failed.code().value()};
    return {.message = failed.code().message(),
            .errno_number = failed.code().value(),
            .call = socket->call(),
            .address = socket->address(),
            .port = socket->port()};
  } catch (const std::exception& failed) {
    return {.code = http::kProtocol, .message = failed.what()};
  }
}

}  // namespace heddle::bridge
