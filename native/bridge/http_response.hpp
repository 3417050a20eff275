#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "native/bridge/http_port.hpp"
#include "native/bridge/operation.hpp"
#include "native/http/exchange.hpp"
#include "native/timer_queue.hpp"

namespace heddle::bridge {

// The connections of one client, which go with the last response that uses them.
class HttpClient {
 public:
  HttpClient(Executor& executor, const http::Pool::Options& options, StopToken parent)
      : pool(executor, options), stop(parent) {}

  http::Pool pool;
  StopSource stop;
  bool closed = false;
};

// One request and its response, from the call to the last byte of the body. One operation of JavaScript's at a time waits
// for it.
class HttpResponse : private Timer {
 public:
  HttpResponse(Executor& executor, std::shared_ptr<HttpClient> client, HttpCall call);
  HttpResponse(const HttpResponse&) = delete;
  HttpResponse& operator=(const HttpResponse&) = delete;
  ~HttpResponse();

  // An operation begins to wait. False: another does already.
  [[nodiscard]] bool begin(Bridge& bridge, std::int32_t id);
  // It is over; returns its id. The reply is the caller's to give.
  std::int32_t end() noexcept;

  [[nodiscard]] Task<void> start() { return exchange_.start(stop_.token()); }
  // Some of the body, or as much as there is place for.
  [[nodiscard]] Task<std::size_t> read(std::span<std::byte> into, bool fill);
  // The head, and the body too if all of it came with the head.
  [[nodiscard]] HttpHead take_head();
  [[nodiscard]] bool complete() const noexcept { return waiting_.empty() && exchange_.complete(); }

  void stop() noexcept { stop_.request_stop(); }
  HttpPort::Number number = -1;  // while JavaScript can name it

  // How an exception that left start() or read() is told. Null code and no errno: it was cancelled.
  [[nodiscard]] HttpFailure failure_of(const std::exception_ptr& error) const;

 private:
  class Waiting final : public PendingOperation {
   public:
    Waiting(std::int32_t name, HttpResponse& response) noexcept : PendingOperation(name), response_(response) {}
    void cancel() noexcept override { response_.stop(); }

   private:
    HttpResponse& response_;
  };

  static void on_deadline(Timer& timer) noexcept;

  Executor& executor_;
  const std::shared_ptr<HttpClient> client_;
  const HeldMemory request_body_;
  StopSource stop_;
  http::Exchange exchange_;
  std::optional<Waiting> operation_;
  std::vector<std::byte> waiting_;  // of the body, which was read to see whether it was all
  bool timed_out_ = false;
};

}  // namespace heddle::bridge
