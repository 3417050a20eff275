#include "native/bridge/http_port.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <limits>
#include <utility>

#include "native/bridge/bridge.hpp"
#include "native/bridge/http_response.hpp"
#include "native/http/error.hpp"

namespace heddle::bridge {

HttpPort::HttpPort(Bridge& bridge) : bridge_(bridge) {}

HttpPort::~HttpPort() = default;

HttpPort::Number HttpPort::open_client(const http::Pool::Options& options) {
  auto client = std::make_shared<HttpClient>(bridge_.executor(), options, tasks_.stop_token());
  const auto place = std::find(clients_.begin(), clients_.end(), nullptr);
  const auto number = static_cast<Number>(place - clients_.begin());
  if (place == clients_.end()) {
    clients_.push_back(std::move(client));
  } else {
    *place = std::move(client);
  }
  return number;
}

void HttpPort::close_client(Number client) {
  const std::shared_ptr<HttpClient> closed = std::exchange(clients_[static_cast<std::size_t>(client)], nullptr);
  if (closed == nullptr) return;
  closed->closed = true;
  closed->stop.request_stop();
  closed->pool.close();
}

void HttpPort::stop() noexcept {
  tasks_.request_stop();
  for (const std::shared_ptr<HttpClient>& client : clients_) {
    if (client != nullptr) client->pool.close();
  }
}

void HttpPort::request(std::int32_t id, Number client, HttpCall call) {
  const std::shared_ptr<HttpClient>& owner = clients_[static_cast<std::size_t>(client)];
  if (owner == nullptr) return fail(id, {.code = http::kClosed, .message = "the client was closed"});
  auto response = std::make_shared<HttpResponse>(bridge_.executor(), owner, std::move(call));
  static_cast<void>(response->begin(bridge_, id));
  tasks_.spawn_on(bridge_.executor(), run_request(std::move(response)));
}

Task<void> HttpPort::run_request(std::shared_ptr<HttpResponse> response) {
  std::exception_ptr error;
  HttpHead head;
  try {
    co_await response->start();
    head = response->take_head();
  } catch (...) {
    error = std::current_exception();
  }
  const std::int32_t id = response->end();
  if (error != nullptr) {
    fail(id, response->failure_of(error));
    co_return;
  }
  const Number number = head.complete ? -1 : keep(std::move(response));
  details_.insert_or_assign(id, std::move(head));
  bridge_.reply(id, 0, number);
}

void HttpPort::read(const Submission& submission) {
  std::shared_ptr<HttpResponse> response = find(submission.a);
  HeldMemory into = bridge_.memory().hold(submission.b, submission.x, submission.z);
  if (response == nullptr) return bridge_.reply(submission.id, -ECANCELED, 0);
  if (!into || into.space == Space::device || into.bytes == 0) return bridge_.reply(submission.id, -EFAULT, 0);
  if (!response->begin(bridge_, submission.id)) return bridge_.reply(submission.id, -EBUSY, 0);
  const bool fill = (submission.c & kFill) != 0;
  tasks_.spawn_on(bridge_.executor(), run_read(std::move(response), std::move(into), fill));
}

Task<void> HttpPort::run_read(std::shared_ptr<HttpResponse> response, HeldMemory into, bool fill) {
  std::exception_ptr error;
  std::size_t bytes = 0;
  try {
    const std::span<std::byte> place(into.address, into.bytes);
    bytes = co_await response->read(place, fill);
  } catch (...) {
    error = std::current_exception();
  }
  const std::int32_t id = response->end();
  if (error != nullptr) {
    forget(*response);
    fail(id, response->failure_of(error));
  } else if (response->complete()) {
    forget(*response);
    bridge_.reply(id, 0, -1.0 - static_cast<double>(bytes));
  } else {
    bridge_.reply(id, 0, static_cast<double>(bytes));
  }
}

void HttpPort::drop(Number response) noexcept {
  const std::shared_ptr<HttpResponse> dropped = find(response);
  if (dropped == nullptr) return;
  forget(*dropped);
  dropped->stop();
}

void HttpPort::forget(HttpResponse& response) noexcept {
  const Number number = std::exchange(response.number, -1);
  if (number >= 0) responses_.erase(number);
}

void HttpPort::fail(std::int32_t id, HttpFailure failure) {
  if (failure.code.empty() && failure.errno_number == 0) return bridge_.reply(id, -ECANCELED, 0);
  details_.insert_or_assign(id, std::move(failure));
  bridge_.reply(id, kHttpFailure, 0);
}

std::optional<HttpDetail> HttpPort::take_detail(std::int32_t id) {
  const auto found = details_.find(id);
  if (found == details_.end()) return std::nullopt;
  std::optional<HttpDetail> detail(std::move(found->second));
  details_.erase(found);
  return detail;
}

HttpPort::Number HttpPort::keep(std::shared_ptr<HttpResponse> response) {
  do {
    next_ = next_ == std::numeric_limits<Number>::max() ? 0 : next_ + 1;
  } while (responses_.contains(next_));
  response->number = next_;
  responses_.emplace(next_, std::move(response));
  return next_;
}

std::shared_ptr<HttpResponse> HttpPort::find(Number response) const noexcept {
  const auto found = responses_.find(response);
  return found == responses_.end() ? nullptr : found->second;
}

std::size_t HttpPort::idle_connections() const noexcept {
  std::size_t count = 0;
  for (const std::shared_ptr<HttpClient>& client : clients_) {
    if (client != nullptr) count += client->pool.idle();
  }
  return count;
}

}  // namespace heddle::bridge
