#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace heddle::http {

// Whom a request goes to. Requests with equal origins share connections.
struct Origin {
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 80;

  bool operator==(const Origin&) const = default;
};

// A request as it is sent. Nothing in it is checked but by add_field(): a line break in any part would begin another
// request.
struct Request {
  std::string method = "GET";
  std::string target = "/";           // path and query, percent-encoded
  std::string authority{};            // the Host field
  std::string fields{};               // all others, `Name: value\r\n` each
  std::span<const std::byte> body{};  // must stay as long as the exchange, or until it is complete
  bool has_body = false;            // also one of no bytes

  // What a server does twice as well as once, so that it may be sent again when nobody knows whether it arrived.
  [[nodiscard]] bool idempotent() const noexcept {
    return !has_body && (method == "GET" || method == "HEAD" || method == "OPTIONS");
  }
};

// Appends a field. Throws std::invalid_argument for a name that is no token, and for a value with a control character.
void add_field(std::string& fields, std::string_view name, std::string_view value);

// Request line and fields, with the empty line that ends them.
[[nodiscard]] std::string write_head(const Request& request);

}  // namespace heddle::http
