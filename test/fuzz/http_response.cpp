// libFuzzer: a response in pieces. The first two bytes say how it is cut up; it must come to the same as when it comes whole,
// and to an http::Error at worst.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "native/http/error.hpp"
#include "native/http/response_reader.hpp"

namespace {

using heddle::http::ResponseReader;

struct Outcome {
  std::string head;
  std::string body;
  std::string error;
  bool complete = false;

  bool operator==(const Outcome&) const = default;
};

void read(std::string_view bytes, std::size_t piece, std::size_t place, bool to_head, Outcome& outcome) {
  ResponseReader reader({.header_bytes = 1024, .body_bytes = 4096}, to_head);
  const auto receive = [&](std::span<std::byte> into, bool direct) {
    const std::size_t count = std::min({piece, into.size(), bytes.size()});
    if (count == 0) return reader.ended();
    std::memcpy(into.data(), bytes.data(), count);
    bytes.remove_prefix(count);
    if (!direct) return reader.received(count);
    outcome.body.append(reinterpret_cast<const char*>(into.data()), count);
    reader.received_direct(count);
  };
  while (!reader.read_head()) receive(reader.room(), false);
  outcome.head = std::to_string(reader.head().status) + reader.head().reason + '\n' + reader.head().fields;
  std::string into(place, '.');
  const std::span<std::byte> room = std::as_writable_bytes(std::span(into));
  while (!reader.complete()) {
    const std::size_t got = reader.read_body(room);
    outcome.body.append(into, 0, got);
    if (got != 0 || reader.complete()) continue;
    const std::size_t direct = reader.direct(place);
    receive(direct != 0 ? room.first(direct) : reader.room(), direct != 0);
  }
  outcome.complete = true;
}

Outcome outcome_of(std::string_view bytes, std::size_t piece, std::size_t place, bool to_head) {
  Outcome outcome;
  try {
    read(bytes, piece, place, to_head, outcome);
  } catch (const heddle::http::Error& error) {
    outcome.error = error.code();
    outcome.body.clear();  // how much of it came before the error depends on the pieces
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0] % 64;
  const std::size_t place = 1 + data[1] % 64;
  const bool to_head = (data[1] & 0x80) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Outcome whole = outcome_of(bytes, bytes.size() + 1, 8192, to_head);
  const Outcome cut = outcome_of(bytes, piece, place, to_head);
  if (whole.complete != cut.complete || whole.body != cut.body) std::abort();
  if (whole.complete && whole.head != cut.head) std::abort();
  return 0;
}
