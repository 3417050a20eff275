#include "native/http/response_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "native/http/error.hpp"

namespace heddle {

namespace {

using http::Limits;
using http::ResponseReader;
using namespace std::literals;

struct Result {
  unsigned status = 0;
  std::string fields;
  std::string body;
  bool complete = false;
  bool reusable = false;
  std::string error;  // a code; empty when all went well
};

// Gives the bytes to a reader in pieces of at most `piece`, and reads the body in pieces of at most `place`.
struct Feed {
  std::size_t piece = 1 << 20;
  std::size_t place = 1 << 20;
  bool to_head = false;
  bool ends = true;
  Limits limits{};

  Result operator()(std::string_view bytes) const {
    Result result;
    try {
      read(bytes, result);
    } catch (const http::Error& error) {
      result.error = error.code();
    }
    return result;
  }

 private:
  void read(std::string_view bytes, Result& result) const {
    ResponseReader reader(limits, to_head);
    // False when there is no more, and the peer does not close.
    const auto receive = [&](std::span<std::byte> into, bool direct) {
      const std::size_t count = std::min({piece, into.size(), bytes.size()});
      if (count == 0 && !ends) return false;
      if (count == 0) {
        reader.ended();
        return true;
      }
      std::memcpy(into.data(), bytes.data(), count);
      bytes.remove_prefix(count);
      if (direct) {
        reader.received_direct(count);
        result.body.append(reinterpret_cast<const char*>(into.data()), count);
      } else {
        reader.received(count);
      }
      return true;
    };
    while (!reader.read_head()) {
      if (!receive(reader.room(), false)) return;
    }
    result.status = reader.head().status;
    result.fields = reader.head().fields;
    std::string into(place, '.');
    const std::span<std::byte> room = std::as_writable_bytes(std::span(into));
    while (!reader.complete()) {
      const std::size_t got = reader.read_body(room);
      result.body.append(into, 0, got);
      if (got != 0 || reader.complete()) continue;
      const std::size_t direct = reader.direct(place);
      if (!receive(direct != 0 ? room.first(direct) : reader.room(), direct != 0)) return;
    }
    result.complete = true;
    result.reusable = reader.reusable() && bytes.empty();
  }
};

// In every way of cutting it up the result must be the same.
Result in_all_pieces(std::string_view bytes, Feed feed = {}) {
  const Result whole = feed(bytes);
  for (const std::size_t piece : {1, 2, 3, 7, 4096}) {
    for (const std::size_t place : {1, 5, 8192}) {
      feed.piece = piece;
      feed.place = place;
      const Result cut = feed(bytes);
      CHECK(cut.status == whole.status);
      if (whole.error.empty()) CHECK(cut.body == whole.body);
      CHECK(cut.fields == whole.fields);
      CHECK(cut.complete == whole.complete);
      CHECK(cut.reusable == whole.reusable);
      CHECK(cut.error == whole.error);
    }
  }
  return whole;
}

TEST_CASE("http: a body with a length") {
  const Result result = in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello", {.ends = false});
  CHECK(result.status == 200);
  CHECK(result.fields == "Content-Length: 5\nX-A: b\n");
  CHECK(result.body == "hello");
  CHECK(result.reusable);
}

TEST_CASE("http: a chunked body, with extensions and a trailer") {
  const Result result = in_all_pieces(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;a=b\r\nhello\r\n1\r\n,\r\nA\r\n0123456789\r\n0\r\nX-Trailer: y\r\n\r\n",
      {.ends = false});
  CHECK(result.body == "hello,0123456789");
  CHECK(result.fields == "Transfer-Encoding: chunked\n");
  CHECK(result.reusable);
}

TEST_CASE("http: a body until the peer closes") {
  const Result result = in_all_pieces("HTTP/1.1 200 OK\r\n\r\nall that comes");
  CHECK(result.body == "all that comes");
  CHECK(result.complete);
  CHECK(!result.reusable);
  CHECK(!in_all_pieces("HTTP/1.1 200 OK\r\n\r\nall that comes", {.ends = false}).complete);
}

TEST_CASE("http: what is between the parts of a body has a limit, however it comes") {
  const Feed feed{.ends = false, .limits = {.header_bytes = 256}};
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto extended = [&](std::size_t bytes) {
    return head + "5;" + std::string(bytes - 4, 'a') + "\r\nhello\r\n0\r\n\r\n";
  };
  const auto trailed = [&](std::size_t bytes) {
    // Two line breaks belong to it: that of the last chunk, and that of its size.
    return head + "5\r\nhello\r\n0\r\nX: " + std::string(bytes - 12, 'a') + "\r\n\r\n";
  };
  for (const std::size_t bytes : {100, 255, 256}) {
    CHECK(in_all_pieces(extended(bytes), feed).body == "hello");
    CHECK(in_all_pieces(trailed(bytes), feed).complete);
  }
  for (const std::size_t bytes : {257, 258, 3000, 100'000}) {
    CHECK(in_all_pieces(extended(bytes), feed).error == http::kHeaderLimit);
    CHECK(in_all_pieces(trailed(bytes), feed).error == http::kHeaderLimit);
  }
  std::string many = head + "5\r\nhello\r\n0\r\n";
  for (int i = 0; i < 60; ++i) many += "X: " + std::string(45, 'a') + "\r\n";
  CHECK(in_all_pieces(many + "\r\n", feed).error == http::kHeaderLimit);
}

TEST_CASE("http: what can't become a head is not waited for") {
  const Feed feed{.ends = false};
  for (const std::string_view bytes :
       {"\x15\x03\x01"sv, "HTTP/2"sv, "HTTP/1.1 2x"sv, "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"sv,
        "HTTP/1.1 200 OK\r\nX: a\nContent-Length: 2"sv, "\n"sv, "SSH-2.0-"sv, "HTTP/1.1 200\n"sv}) {
    CAPTURE(std::string(bytes));
    CHECK(in_all_pieces(bytes, feed).error == http::kProtocol);
  }
  for (const std::string_view bytes :
       {"H"sv, "HTTP/1."sv, "HTTP/1.1 200"sv, "HTTP/1.1 200\r"sv, "HTTP/1.1 200 OK\r\nX"sv}) {
    CHECK(in_all_pieces(bytes, feed).error.empty());
  }
}

TEST_CASE("http: a status without a reason, with or without a space behind it") {
  for (const std::string space : {"", " "}) {
    const Result result = in_all_pieces(
        "HTTP/1.1 103" + space + "\r\n\r\nHTTP/1.1 200" + space + "\r\nContent-Length: 2\r\n\r\nok", {.ends = false});
    CHECK(result.status == 200);
    CHECK(result.body == "ok");
    CHECK(result.reusable);
    CHECK(in_all_pieces("HTTP/1.1 204" + space + "\r\n\r\n", {.ends = false}).complete);
  }
}

TEST_CASE("http: responses without a body, whatever they say of one") {
  for (const char* status : {"204 No Content", "304 Not Modified"}) {
    const Result result =
        in_all_pieces("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 7\r\n\r\n", {.ends = false});
    CHECK(result.complete);
    CHECK(result.body.empty());
    CHECK(result.reusable);
  }
  const Feed head{.to_head = true, .ends = false};
  CHECK(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", head).reusable);
  CHECK(in_all_pieces("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", head).complete);
  CHECK(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {.ends = false}).reusable);
}

TEST_CASE("http: interim responses are skipped") {
  const Result result = in_all_pieces(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CHECK(result.status == 200);
  CHECK(result.fields == "Content-Length: 2\n");
  CHECK(result.body == "ok");
}

TEST_CASE("http: a connection is used again only when both want it and nothing is left on it") {
  CHECK(!in_all_pieces("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok").reusable);
  CHECK(!in_all_pieces("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok").reusable);
  CHECK(in_all_pieces("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok").reusable);
  CHECK(!in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n").reusable);
}

TEST_CASE("http: what ends too early is an error") {
  CHECK(in_all_pieces("HTTP/1.1 200 O").error == http::kTruncated);
  CHECK(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n").error == http::kTruncated);
  CHECK(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell").error == http::kTruncated);
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  const std::size_t body = chunked.find("\r\n\r\n") + 4;
  for (std::size_t end = body; end < chunked.size(); ++end) {
    CHECK(in_all_pieces(chunked.substr(0, end)).error == http::kTruncated);
  }
}

TEST_CASE("http: what is no response is an error") {
  for (const char* bytes :
       {"garbage\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 000 Nothing\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"}) {
    CAPTURE(bytes);
    CHECK(in_all_pieces(bytes).error == http::kProtocol);
  }
}

TEST_CASE("http: the head has a limit, however it comes") {
  const Feed feed{.limits = {.header_bytes = 256}};
  const std::string line = "HTTP/1.1 200 OK\r\n";
  CHECK(in_all_pieces(line + "A: " + std::string(200, 'b') + "\r\nContent-Length: 0\r\n\r\n", feed).complete);
  CHECK(in_all_pieces(line + "A: " + std::string(300, 'b') + "\r\n\r\n", feed).error == http::kHeaderLimit);
  CHECK(in_all_pieces("HTTP/1.1 200 " + std::string(300, 'b'), feed).error == http::kHeaderLimit);
  std::string many = line;
  for (int i = 0; i < 40; ++i) many += "A: bcdef\r\n";
  CHECK(in_all_pieces(many, feed).error == http::kHeaderLimit);
  std::string interim;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(in_all_pieces(interim, feed).error == http::kHeaderLimit);
}

TEST_CASE("http: so have a chunk's line and the trailer") {
  const Feed feed{.limits = {.header_bytes = 256}};
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t piece : {1, 100}) {
    Feed cut = feed;
    cut.piece = piece;
    CHECK(cut(head + "5;a=" + std::string(10'000, 'b')).error == http::kHeaderLimit);
    CHECK(cut(head + "0\r\nA: " + std::string(10'000, 'b')).error == http::kHeaderLimit);
  }
}

TEST_CASE("http: the body has a limit too") {
  const Feed feed{.limits = {.body_bytes = 10}};
  CHECK(in_all_pieces("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", feed).body == "0123456789");
  for (const char* bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789a", "HTTP/1.1 200 OK\r\n\r\n0123456789a",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n3\r\n89a\r\n0\r\n\r\n"}) {
    CHECK(in_all_pieces(bytes, feed).error == http::kBodyLimit);
  }
}

TEST_CASE("http: a field is found without case, and folded lines are one") {
  ResponseReader reader({}, false);
  const std::string_view bytes =
      "HTTP/1.1 200 OK\r\nX-Fold: a\r\n b\r\nx-other:  spaced  \r\nEmpty:\r\nContent-Length: 0\r\n\r\n";
  std::memcpy(reader.room().data(), bytes.data(), bytes.size());
  reader.received(bytes.size());
  REQUIRE(reader.read_head());
  CHECK(reader.head().field("x-fold") == "a b");
  CHECK(reader.head().field("X-OTHER") == "spaced");
  CHECK(reader.head().field("empty") == "");
  CHECK(!reader.head().field("missing"));
  CHECK(reader.head().content_length == 0);
}

}  // namespace

}  // namespace heddle
