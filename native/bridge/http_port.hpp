#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "native/bridge/layout.hpp"
#include "native/bridge/memory_table.hpp"
#include "native/http/pool.hpp"
#include "native/http/request.hpp"
#include "native/http/response_reader.hpp"
#include "native/scope.hpp"

namespace heddle::bridge {

class Bridge;
class HttpClient;
class HttpResponse;

// What belongs to a reply and does not fit into it.
struct HttpHead {
  http::ResponseHead head{};
  bool complete = false;        // the whole body is here, and there is no response to read from
  std::vector<std::byte> body{};  // only then
};
// Of a reply with the status kHttpFailure. A failed system call has `errno_number` and `call`, everything else a `code`.
struct HttpFailure {
  std::string code{};
  std::string message{};
  int errno_number = 0;
  std::string call{};
  std::string address{};
  std::uint16_t port = 0;
};
using HttpDetail = std::variant<HttpHead, HttpFailure>;

// One request as JavaScript gives it.
struct HttpCall {
  http::Origin origin;
  http::Request request;
  http::Limits limits;
  HeldMemory body;          // of the request
  Nanoseconds timeout = 0;  // from now to the last byte of the response's body; 0: none
};

// The HTTP clients of one JavaScript environment and their responses. The JS thread only. Owned by the bridge.
class HttpPort {
 public:
  using Number = std::int32_t;

  explicit HttpPort(Bridge& bridge);
  HttpPort(const HttpPort&) = delete;
  HttpPort& operator=(const HttpPort&) = delete;
  // Precondition: every request has ended (see stop).
  ~HttpPort();

  [[nodiscard]] Number open_client(const http::Pool::Options& options);
  // Requests of the client in flight fail, and its connections are closed. Another may get its number.
  void close_client(Number client);
  // Replies with the number of the response, -1 when it is complete. Detail: HttpHead.
  void request(std::int32_t id, Number client, HttpCall call);

  // What JavaScript submits: see Opcode.
  void read(const Submission& submission);
  void drop(Number response) noexcept;

  // What goes with a reply that was delivered. JavaScript asks once for each reply that has one, while it handles it.
  [[nodiscard]] std::optional<HttpDetail> take_detail(std::int32_t id);

  // Tells everything in flight to end; it then does so in the executor.
  void stop() noexcept;
  [[nodiscard]] bool busy() const noexcept { return tasks_.live() != 0; }

  [[nodiscard]] std::size_t responses() const noexcept { return responses_.size(); }
  [[nodiscard]] std::size_t idle_connections() const noexcept;

 private:
  friend class HttpResponse;

  Task<void> run_request(std::shared_ptr<HttpResponse> response);
  Task<void> run_read(std::shared_ptr<HttpResponse> response, HeldMemory into, bool fill);
  void fail(std::int32_t id, HttpFailure failure);
  [[nodiscard]] Number keep(std::shared_ptr<HttpResponse> response);
  [[nodiscard]] std::shared_ptr<HttpResponse> find(Number response) const noexcept;
  void forget(HttpResponse& response) noexcept;

  Bridge& bridge_;
  Scope tasks_;
  std::vector<std::shared_ptr<HttpClient>> clients_;    // by number; null: closed, and the number is free
  // By number. Numbers come again only after two billion others: JavaScript may still drop a response that has just ended.
  std::unordered_map<Number, std::shared_ptr<HttpResponse>> responses_;
  Number next_ = 0;
  std::unordered_map<std::int32_t, HttpDetail> details_;
};

}  // namespace heddle::bridge
