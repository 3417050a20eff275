#include <doctest/doctest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "native/blocking_pool.hpp"
#include "native/io/backend.hpp"
#include "native/io/fallback_backend.hpp"
#include "native/io/uring_backend.hpp"
#include "native/wake_event.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/sockets.hpp"

namespace heddle {

namespace {

using namespace test;

struct Multishot {};
struct OneShot {};
struct Polled {};

// A backend by itself. Its requests are driven by hand, since their callbacks come more than once.
template <class Kind>
class Bed {
 public:
  ~Bed() {
    drive_until([this] { return backend->in_flight() == 0; });
  }

  template <class Condition>
  void drive_until(Condition condition) {
    while (!condition()) {
      const bool more = backend->flush(std::size_t{1} << 20);
      backend->reap();
      if (more || condition()) continue;
      std::array<pollfd, 2> waits{
          {{.fd = backend->fd(), .events = POLLIN, .revents = 0}, {.fd = wake.fd(), .events = POLLIN, .revents = 0}}};
      poll(waits.data(), waits.size(), -1);
      wake.clear();
      backend->reap();
    }
  }
  void settle() {
    while (backend->flush(std::size_t{1} << 20) || backend->reap() != 0) {
    }
  }

  WakeEvent wake;
  BlockingPool pool;
  std::unique_ptr<io::Backend> backend = make();

 private:
  std::unique_ptr<io::Backend> make() {
    if constexpr (std::is_same_v<Kind, Polled>) {
      return std::make_unique<io::FallbackBackend>(pool, wake);
    } else {
      return std::make_unique<io::UringBackend>(std::is_same_v<Kind, Multishot>);
    }
  }
};

// What came of a request with many results.
struct Many : io::Request {
  Many(io::Backend& owner, io::Opcode kind, int descriptor, std::size_t limit = 0)
      : Request(&Many::on_result), backend(owner) {
    opcode = kind;
    fd = descriptor;
    length = limit;
    backend.submit(*this);
  }

  static void on_result(io::Request& request) noexcept {
    auto& self = static_cast<Many&>(request);
    if (!request.more) {
      self.end = request.result;
      ++self.ends;
      return;
    }
    if (request.opcode == io::Opcode::accept_many) {
      self.accepted.emplace_back(static_cast<int>(request.result));
      return;
    }
    const auto bytes = self.backend.receive_buffers().buffer(request.buffer);
    self.text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(request.result));
    if (self.keeps) {
      self.kept.push_back(request.buffer);
    } else {
      static_cast<void>(self.backend.give_back(request.buffer));
    }
  }

  io::Backend& backend;
  std::vector<Descriptor> accepted;
  std::string text;
  bool keeps = false;
  std::vector<int> kept;
  std::int64_t end = 0;
  int ends = 0;
};

#define TEST_CASE_ON_ALL(name) TEST_CASE_TEMPLATE(name, Kind, Multishot, OneShot, Polled)
#define SKIP_WITHOUT_RING() \
  if (!std::is_same_v<Kind, Polled> && !uring_available()) return

TEST_CASE_ON_ALL("many results: a listener gives connections until it is cancelled") {
  SKIP_WITHOUT_RING();
  Bed<Kind> bed;
  const TcpListener listener(64);
  Many accepts(*bed.backend, io::Opcode::accept_many, listener.descriptor.get());
  std::vector<Descriptor> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(plain_connect(listener.address));
  bed.drive_until([&] { return accepts.accepted.size() == 50; });
  bed.settle();
  clients.push_back(plain_connect(listener.address));
  bed.drive_until([&] { return accepts.accepted.size() == 51; });
  CHECK(accepts.ends == 0);
  bed.backend->cancel(accepts);
  bed.drive_until([&] { return accepts.ends != 0; });
  CHECK(accepts.end == -ECANCELED);
  clients.push_back(plain_connect(listener.address));
  bed.settle();
  CHECK(accepts.accepted.size() == 51);
  CHECK(accepts.ends == 1);
}

TEST_CASE_ON_ALL("many results: what can't be accepted from, or received from, ends at once") {
  SKIP_WITHOUT_RING();
  Bed<Kind> bed;
  const SocketPair pair;
  const Pipe pipe;
  Many not_a_listener(*bed.backend, io::Opcode::accept_many, pair.near.get());
  Many not_a_socket(*bed.backend, io::Opcode::accept_many, pipe.read_end.get());
  Many closed(*bed.backend, io::Opcode::receive_many, -1);
  bed.drive_until([&] { return not_a_listener.ends + not_a_socket.ends + closed.ends == 3; });
  CHECK((not_a_listener.end == -EINVAL || not_a_listener.end == -EOPNOTSUPP));
  CHECK(not_a_socket.end == -ENOTSOCK);
  CHECK(closed.end == -EBADF);
}

TEST_CASE_ON_ALL("many results: a connection gives bytes until the end of the stream") {
  SKIP_WITHOUT_RING();
  Bed<Kind> bed;
  SocketPair pair;
  Many receives(*bed.backend, io::Opcode::receive_many, pair.near.get());
  bed.settle();
  pair.put("one ");
  bed.drive_until([&] { return receives.text == "one "; });
  pair.put("two ");
  bed.drive_until([&] { return receives.text == "one two "; });
  CHECK(receives.ends == 0);
  pair.put("end");
  pair.far.reset();
  bed.drive_until([&] { return receives.ends != 0; });
  CHECK(receives.text == "one two end");
  CHECK(receives.end == 0);
}

TEST_CASE_ON_ALL("many results: cancelled, a receive takes nothing more") {
  SKIP_WITHOUT_RING();
  Bed<Kind> bed;
  for (int i = 0; i < rounds(50); ++i) {
    const SocketPair pair;
    Many receives(*bed.backend, io::Opcode::receive_many, pair.near.get());
    // In every state of the request: not submitted yet, waiting, with bytes that came already.
    if (i % 3 != 0) bed.settle();
    if (i % 3 == 2) pair.put("early ");
    bed.backend->cancel(receives);
    bed.drive_until([&] { return receives.ends != 0; });
    REQUIRE(receives.end == -ECANCELED);
    REQUIRE(receives.ends == 1);
    pair.put("late");
    Many again(*bed.backend, io::Opcode::receive_many, pair.near.get());
    const std::string all = i % 3 == 2 ? "early late" : "late";
    bed.drive_until([&] { return receives.text + again.text == all; });
    bed.backend->cancel(again);
    bed.drive_until([&] { return again.ends != 0; });
  }
}

TEST_CASE_ON_ALL("many results: without a free buffer they wait until one is given back") {
  SKIP_WITHOUT_RING();
  Bed<Kind> bed;
  std::vector<SocketPair> pairs(64);
  std::vector<std::unique_ptr<Many>> all;
  for (const SocketPair& pair : pairs) {
    all.push_back(std::make_unique<Many>(*bed.backend, io::Opcode::receive_many, pair.near.get()));
    all.back()->keeps = true;
  }
  const auto received = [&] {
    std::size_t bytes = 0;
    for (const auto& many : all) bytes += many->text.size();
    return bytes;
  };
  const auto kept = [&] {
    std::size_t buffers = 0;
    for (const auto& many : all) buffers += many->kept.size();
    return buffers;
  };
  // One byte takes a buffer, when it is received before the next comes.
  std::size_t sent = 0;
  do {
    for (const SocketPair& pair : pairs) pair.put("x");
    sent += pairs.size();
    bed.settle();
    REQUIRE(kept() <= io::ReceiveBuffers::kCount);
  } while (received() == sent);
  CHECK(kept() >= io::ReceiveBuffers::kInRing);
  // Some wait for a buffer when they are cancelled, and end all the same.
  for (std::size_t i = 0; i < 8; ++i) bed.backend->cancel(*all[i]);
  bed.drive_until(
      [&] { return std::all_of(all.begin(), all.begin() + 8, [](auto& many) { return many->ends == 1; }); });
  const auto left = [&] {
    std::size_t bytes = 0;
    for (std::size_t i = 8; i < all.size(); ++i) bytes += all[i]->text.size();
    return bytes;
  };
  for (const auto& many : all) {
    many->keeps = false;
    for (const int buffer : many->kept) static_cast<void>(bed.backend->give_back(buffer));
  }
  bed.drive_until([&] { return left() == (sent / pairs.size()) * (pairs.size() - 8); });
  for (std::size_t i = 8; i < all.size(); ++i) {
    CHECK(all[i]->ends == 0);
    bed.backend->cancel(*all[i]);
  }
  bed.drive_until([&] { return bed.backend->in_flight() == 0; });
}

TEST_CASE_ON_ALL("many results: a receive with a limit can be stopped close behind it, and loses nothing") {
  SKIP_WITHOUT_RING();
  constexpr std::size_t kLimit = std::size_t{32} << 10;
  const std::string piece(std::size_t{256} << 10, 'p');
  Bed<Kind> bed;
  for (const bool talks_first : {false, true}) {
    SocketPair pair;
    Many receives(*bed.backend, io::Opcode::receive_many, pair.near.get(), kLimit);
    std::size_t sent = 0;
    for (int i = 0; talks_first && i < 20; ++i) {
      pair.put("x");
      ++sent;
      bed.drive_until([&] { return receives.text.size() == sent; });
    }
    const auto fill = [&] {
      for (ssize_t more = 0; more >= 0; sent += more > 0 ? static_cast<std::size_t>(more) : 0) {
        more = ::send(pair.far.get(), piece.data(), piece.size(), MSG_DONTWAIT);
      }
    };
    // A kernel that can't be told a limit takes what it has of one that had said little: once.
    for (int i = 0; i < 20; ++i) {
      fill();
      bed.backend->flush(~std::size_t{0});
      const std::size_t before = receives.text.size();
      static_cast<void>(bed.backend->reap());
      if (i > 1) CHECK(receives.text.size() - before <= kLimit);
    }
    pair.far.reset();
    bed.drive_until([&] { return receives.ends != 0; });
    CHECK(receives.end == 0);
    CHECK(receives.text.size() == sent);
  }
}

TEST_CASE_ON_ALL("many results: out of descriptors, accepts end, and the connection waits") {
  SKIP_WITHOUT_RING();
  Bed<Kind> bed;
  const TcpListener listener;
  const Descriptor client = plain_connect(listener.address);
  // A limit just above what is open.
  const int next = dup(0);
  ::close(next);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit tight{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &tight);
  Many refused(*bed.backend, io::Opcode::accept_many, listener.descriptor.get());
  bed.drive_until([&] { return refused.ends != 0; });
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(refused.end == -EMFILE);
  Many accepts(*bed.backend, io::Opcode::accept_many, listener.descriptor.get());
  bed.drive_until([&] { return accepts.accepted.size() == 1; });
  bed.backend->cancel(accepts);
  bed.drive_until([&] { return accepts.ends != 0; });
}

}  // namespace

}  // namespace heddle
