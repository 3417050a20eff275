#include "native/http/request.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace heddle {

namespace {

TEST_CASE("http: a request is written as RFC 9112 wants it") {
  http::Request request{.target = "/a?b=c", .authority = "host:81"};
  http::add_field(request.fields, "Accept", "text/plain");
  CHECK(http::write_head(request) == "GET /a?b=c HTTP/1.1\r\nHost: host:81\r\nAccept: text/plain\r\n\r\n");
}

TEST_CASE("http: a body has a length, also one of no bytes") {
  constexpr std::string_view text = "twelve bytes";
  http::Request request{.method = "POST", .authority = "h", .has_body = true};
  CHECK(http::write_head(request) == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  request.body = std::as_bytes(std::span(text.data(), text.size()));
  CHECK(http::write_head(request) == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n");
}

TEST_CASE("http: a field can't smuggle in another") {
  std::string fields;
  for (const char* name : {"", "a b", "a:b", "a\r\nb", "\xc3\xa4"}) {
    CHECK_THROWS_AS(http::add_field(fields, name, "value"), std::invalid_argument);
  }
  for (const char* value : {"a\r\nB: c", "a\nb", "a\rb", "\x01", "\x7f"}) {
    CHECK_THROWS_AS(http::add_field(fields, "Name", value), std::invalid_argument);
  }
  CHECK_THROWS_AS(http::add_field(fields, "Name", std::string_view("a\0b", 3)), std::invalid_argument);
  CHECK(fields.empty());
  http::add_field(fields, "Name", "tab\tand \xe4");
  CHECK(fields == "Name: tab\tand \xe4\r\n");
}

TEST_CASE("http: only what a server may do twice is sent again") {
  CHECK(http::Request{.method = "GET"}.idempotent());
  CHECK(http::Request{.method = "HEAD"}.idempotent());
  CHECK(!http::Request{.method = "POST"}.idempotent());
  CHECK(!http::Request{.method = "GET", .has_body = true}.idempotent());
}

}  // namespace

}  // namespace heddle
