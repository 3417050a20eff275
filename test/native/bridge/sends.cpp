#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "native/bridge/socket.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/script.hpp"
#include "test/native/support/sockets.hpp"

namespace heddle::bridge {

namespace {

using namespace test;

// JavaScript with some connections, on a machine where small sends go by themselves, or together.
class Sender {
 public:
  Sender(const Executor::Options& options, bool together)
      : script(options, together ? 0 : std::numeric_limits<std::size_t>::max()) {}

  // Number of a socket whose far end is `far`.
  std::int32_t connect(Descriptor& far) {
    SocketPair pair;
    far = std::move(pair.far);
    return script.bridge.endpoints().add(std::make_unique<Socket>(script.bridge.endpoints(), pair.near.release()));
  }

  // As JavaScript does it: the text lies in the arguments until the drain.
  std::int32_t copy(std::int32_t socket, std::string_view text) {
    if (script.bridge.control().epoch != epoch_) {
      epoch_ = script.bridge.control().epoch;
      used_ = 0;
    }
    const std::size_t at = used_;
    used_ += text.size();
    REQUIRE(used_ <= kArgumentBytes);
    std::memcpy(script.bridge.arguments() + at, text.data(), text.size());
    return script.submit(Opcode::send_copied,
                         {.a = socket, .x = static_cast<double>(at), .z = static_cast<double>(text.size())});
  }

  Script script;

 private:
  std::uint32_t epoch_ = 0;
  std::size_t used_ = 0;
};

// What is there now. `end`: and nothing comes behind it.
std::string received(const Descriptor& far, bool end = false) {
  std::string text;
  std::string block(64 << 10, '\0');
  for (;;) {
    const ssize_t some = recv(far.get(), block.data(), block.size(), MSG_DONTWAIT);
    if (some > 0) {
      text.append(block, 0, static_cast<std::size_t>(some));
      continue;
    }
    if (end) CHECK(some == 0);
    return text;
  }
}

template <class Choice, class Body>
void by_themselves_and_together(Body body) {
  for (const bool together : {false, true}) {
    CAPTURE(together);
    Sender sender(options<Choice>(), together);
    body(sender);
  }
}

TEST_CASE_ON_BACKENDS("copied sends of many sockets arrive, each in its order") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    std::vector<Descriptor> far(500);
    std::vector<std::int32_t> sockets;
    for (Descriptor& each : far) sockets.push_back(sender.connect(each));
    std::vector<std::int32_t> ids;
    std::vector<std::string> expected(far.size());
    for (std::size_t i = 0; i < far.size(); ++i) {
      for (std::size_t part = 0; part <= i % 3; ++part) {
        const std::string text = std::to_string(i) + "." + std::to_string(part) + ";";
        ids.push_back(sender.copy(sockets[i], text));
        expected[i] += text;
      }
    }
    sender.script.until([&] { return std::ranges::all_of(ids, [&](auto id) { return sender.script.settled(id); }); });
    for (const std::int32_t id : ids) CHECK(sender.script.reply(id).status == 0);
    for (std::size_t i = 0; i < far.size(); ++i) CHECK(received(far[i]) == expected[i]);
  });
}

TEST_CASE_ON_BACKENDS("a copied send that finds no room settles when the peer has made some") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    SocketPair pair;
    const std::size_t before = fill(pair.near.get());
    Endpoints& endpoints = sender.script.bridge.endpoints();
    const auto socket = endpoints.add(std::make_unique<Socket>(endpoints, pair.near.release()));
    const auto first = sender.copy(socket, "first");
    const auto second = sender.copy(socket, "second");
    sender.script.turn();
    sender.script.turn();
    CHECK_FALSE(sender.script.settled(first));
    CHECK_FALSE(sender.script.settled(second));
    std::string text = received(pair.far);
    sender.script.until(second);
    CHECK(sender.script.reply(first).status == 0);
    CHECK(sender.script.reply(second).status == 0);
    text += received(pair.far);
    CHECK(text.substr(before) == "firstsecond");
  });
}

TEST_CASE_ON_BACKENDS("what was copied for a socket before it closes arrives") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    Descriptor far;
    const auto socket = sender.connect(far);
    const auto first = sender.copy(socket, "first ");
    const auto second = sender.copy(socket, "second");
    const auto closed = sender.script.submit(Opcode::close_endpoint, {.a = socket});
    sender.script.until(closed);
    CHECK(sender.script.reply(first).status == 0);
    CHECK(sender.script.reply(second).status == 0);
    CHECK(received(far, true) == "first second");
  });
}

TEST_CASE_ON_BACKENDS("a socket that closes under a copied send without room ends it") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    SocketPair pair;
    fill(pair.near.get());
    Endpoints& endpoints = sender.script.bridge.endpoints();
    const auto socket = endpoints.add(std::make_unique<Socket>(endpoints, pair.near.release()));
    const auto first = sender.copy(socket, "first");
    const auto second = sender.copy(socket, "second");
    const auto closed = sender.script.submit(Opcode::close_endpoint, {.a = socket});
    sender.script.until(closed);
    CHECK(sender.script.reply(first).status == -ECANCELED);
    CHECK(sender.script.reply(second).status == -ECANCELED);
  });
}

TEST_CASE_ON_BACKENDS("the end of the stream comes behind what was copied") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    Descriptor far;
    const auto socket = sender.connect(far);
    const auto copied = sender.copy(socket, "the last");
    const auto end = sender.script.submit(Opcode::end, {.a = socket});
    sender.script.until(end);
    CHECK(sender.script.reply(copied).status == 0);
    CHECK(sender.script.reply(end).status == 0);
    CHECK(received(far, true) == "the last");
  });
}

TEST_CASE_ON_BACKENDS("a copied send to a peer that has gone fails, and those beside it do not") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    Descriptor gone;
    Descriptor there;
    const auto dead = sender.connect(gone);
    const auto alive = sender.connect(there);
    gone.reset();
    const auto lost = sender.copy(dead, "for nobody");
    const auto sent = sender.copy(alive, "for you");
    sender.script.until(sent);
    sender.script.until(lost);
    CHECK(sender.script.reply(lost).status == -EPIPE);
    CHECK(sender.script.reply(sent).status == 0);
    CHECK(received(there) == "for you");
  });
}

// By itself the first is with the system before anybody can cancel it.
TEST_CASE_ON_BACKENDS("copied sends that are to go together can be cancelled until then") {
  SKIP_WITHOUT_BACKEND();
  Sender sender(options<Choice>(), true);
  Descriptor far;
  const auto socket = sender.connect(far);
  const auto first = sender.copy(socket, "first");
  const auto second = sender.copy(socket, "second");
  sender.script.cancel(first);
  sender.script.until(second);
  CHECK(sender.script.reply(first).status == -ECANCELED);
  CHECK(sender.script.reply(second).status == 0);
  CHECK(received(far) == "second");
}

TEST_CASE_ON_BACKENDS("when the process is about to end, what was copied goes to the system at once") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    std::vector<Descriptor> far(20);
    for (Descriptor& each : far) sender.copy(sender.connect(each), "goodbye");
    sender.script.bridge.leave();
    for (const Descriptor& each : far) CHECK(received(each) == "goodbye");
  });
}

TEST_CASE_ON_BACKENDS("and so does what was drained before") {
  SKIP_WITHOUT_BACKEND();
  by_themselves_and_together<Choice>([](Sender& sender) {
    std::vector<Descriptor> far(20);
    for (Descriptor& each : far) sender.copy(sender.connect(each), "goodbye");
    sender.script.bridge.drain();
    sender.script.bridge.leave();
    for (const Descriptor& each : far) CHECK(received(each) == "goodbye");
  });
}

}  // namespace

}  // namespace heddle::bridge
