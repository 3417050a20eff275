#include <doctest/doctest.h>

#include "native/bridge/http_port.hpp"
#include "test/native/support/script.hpp"

namespace heddle {

namespace {

using namespace test;

TEST_CASE("HttpPort: the number of a closed client is used again, and its place with it") {
  Script script({});
  bridge::HttpPort& http = script.bridge.http();
  const auto first = http.open_client({});
  const auto second = http.open_client({});
  CHECK(first != second);
  script.bridge.close_http_client(first);
  for (int i = 0; i < 10; ++i) {
    const auto again = http.open_client({});
    CHECK(again == first);
    script.bridge.close_http_client(again);
  }
  script.bridge.close_http_client(second);
}

}  // namespace

}  // namespace heddle
