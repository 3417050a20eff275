#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "native/bridge/datagram_socket.hpp"
#include "native/bridge/endpoints.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/script.hpp"

namespace heddle::bridge {

namespace {

using namespace test;

// A pair of UNIX datagram sockets, since on loopback a UDP socket never has to wait for room.
struct Full {
  explicit Full(Script& script) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    far = Descriptor(ends[1]);
    Endpoints& endpoints = script.bridge.endpoints();
    number = endpoints.add(std::make_unique<DatagramSocket>(endpoints, ends[0], AF_UNIX));
    socket = endpoints.find_datagrams(number);
    const std::array<std::byte, 100> bytes{};
    std::int32_t status = 0;
    while ((status = socket->send_now(bytes, nullptr)) == 0) ++sent;
    REQUIRE(status == -EAGAIN);
  }

  bool take() const {
    std::array<std::byte, 200> bytes{};
    return recv(far.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) >= 0;
  }

  Descriptor far{-1};
  std::int32_t number = -1;
  DatagramSocket* socket = nullptr;
  int sent = 0;
};

TEST_CASE_ON_BACKENDS("DatagramSocket: what finds no room waits, holds its memory, and is sent when there is some") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  Full full(script);
  ScriptMemory memory(script, 100);
  const std::int32_t id = script.new_id();
  full.socket->send(id, script.bridge.memory().hold(memory.number(), 0, 100), std::nullopt);
  memory.collect();
  script.turn();
  CHECK(!script.settled(id));
  CHECK(memory.kept());
  for (int i = 0; i < full.sent; ++i) REQUIRE(full.take());
  script.until(id);
  CHECK(script.reply(id).status == 0);
  CHECK(!memory.kept());
  CHECK(full.take());
  CHECK(!full.take());
}

TEST_CASE_ON_BACKENDS("DatagramSocket: one that waits ends by a cancel, and by a close") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  Full full(script);
  ScriptMemory memory(script, 100);
  const std::int32_t cancelled = script.new_id();
  const std::int32_t closed = script.new_id();
  for (const std::int32_t id : {cancelled, closed}) {
    full.socket->send(id, script.bridge.memory().hold(memory.number(), 0, 100), std::nullopt);
  }
  memory.collect();
  script.turn();
  script.cancel(cancelled);
  script.until(cancelled);
  CHECK(script.reply(cancelled).status == -ECANCELED);
  CHECK(!script.settled(closed));
  const std::int32_t close = script.submit(Opcode::close_endpoint, {.a = full.number});
  script.until(close);
  CHECK(script.reply(closed).status == -ECANCELED);
  CHECK(script.reply(close).status == 0);
  CHECK(script.bridge.endpoints().size() == 0);
  CHECK(!memory.kept());
}

}  // namespace

}  // namespace heddle::bridge
