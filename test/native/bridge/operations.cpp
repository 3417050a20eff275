#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "native/bridge/stat_numbers.hpp"
#include "test/native/support/backends.hpp"
#include "test/native/support/files.hpp"
#include "test/native/support/manual_clock.hpp"
#include "test/native/support/script.hpp"

namespace heddle::bridge {

namespace {

using namespace test;

TEST_CASE_ON_BACKENDS("Bridge: a file's life: open, write, fsync, read, stat, close") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  ScriptMemory memory(script, 100);
  memory.fill("hello, weft");

  const auto open = script.open(folder.path("file"), O_RDWR | O_CREAT);
  const Reply opened = script.until(open).reply(open);
  REQUIRE(opened.status == 0);
  const int fd = static_cast<int>(opened.value);
  CHECK(script.bridge.descriptors() == 1);

  const auto write = script.submit(Opcode::write, {.a = fd, .b = memory.number(), .x = 0, .y = 3, .z = 11});
  CHECK(script.until(write).reply(write).value == 11);
  const auto sync = script.submit(Opcode::fsync, {.a = fd});
  CHECK(script.until(sync).reply(sync).status == 0);
  const auto datasync = script.submit(Opcode::fdatasync, {.a = fd});
  CHECK(script.until(datasync).reply(datasync).status == 0);
  const auto read = script.read(fd, memory.number(), 50, 0, 50);
  CHECK(script.until(read).reply(read).value == 14);
  CHECK(memory.text().substr(50, 15) == std::string("\0\0\0hello, weft.", 15));

  ScriptMemory numbers(script, kStatNumbers * sizeof(double));
  const auto stat = script.submit(Opcode::stat, {.a = fd, .b = numbers.number()});
  CHECK(script.until(stat).reply(stat).status == 0);
  CHECK(reinterpret_cast<const double*>(numbers.text().data())[8] == 14.0);

  const auto close = script.submit(Opcode::close, {.a = fd});
  CHECK(script.until(close).reply(close).status == 0);
  CHECK(script.bridge.descriptors() == 0);
  CHECK(fcntl(fd, F_GETFD) == -1);
}

TEST_CASE_ON_BACKENDS("Bridge: stat of a path, with and without following links, as doubles and as whole numbers") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  ScriptMemory numbers(script, kStatNumbers * sizeof(double) + 16);
  REQUIRE(symlink(folder.file("target", "123").c_str(), folder.path("link").c_str()) == 0);
  const auto mode_of = [&](const std::string& name, bool follow) {
    const auto id = script.new_id();
    Submission where{};
    where.b = numbers.number();
    where.c = kWholeNumbers;
    where.x = 16;
    script.bridge.stat(id, folder.path(name), follow, where);
    const Reply reply = script.until(id).reply(id);
    if (reply.status != 0) return static_cast<std::int64_t>(reply.status);
    return reinterpret_cast<const std::int64_t*>(numbers.text().data() + 16)[1];
  };
  CHECK(S_ISREG(mode_of("link", true)));
  CHECK(S_ISLNK(mode_of("link", false)));
  CHECK(S_ISDIR(mode_of("", true)));
  CHECK(mode_of("nothing", true) == -ENOENT);
  CHECK(numbers.text().substr(0, 16) == std::string(16, '.'));
}

TEST_CASE_ON_BACKENDS("Bridge: errors are the errno, negative") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  const ScriptMemory memory(script, 10);
  const auto missing = script.open(folder.path("nothing"), O_RDONLY);
  CHECK(script.until(missing).reply(missing).status == -ENOENT);
  const auto bad_read = script.read(-1, memory.number(), 10);
  CHECK(script.until(bad_read).reply(bad_read).status == -EBADF);
  const auto bad_close = script.submit(Opcode::close, {.a = 99'999});
  CHECK(script.until(bad_close).reply(bad_close).status == -EBADF);
}

TEST_CASE_ON_BACKENDS("Bridge: memory that is not there, too short, or the device's, is EFAULT and starts nothing") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  const Pipe pipe;
  const ScriptMemory memory(script, 10);
  ScriptMemory collected(script, 10);
  collected.collect();
  const auto anywhere = std::make_shared<char>();
  const auto device =
      script.bridge.memory().add_owned(anywhere, reinterpret_cast<std::byte*>(anywhere.get()), 1 << 20, Space::device);
  const int fd = pipe.read_end.get();
  std::vector<std::int32_t> ids{script.read(fd, memory.number(), 11),
                                script.read(fd, memory.number(), 1, -1, 10),
                                script.read(fd, memory.number(), -1),
                                script.read(fd, 99, 1),
                                script.read(fd, -1, 1),
                                script.read(fd, collected.number(), 1),
                                script.read(fd, device, 1),
                                script.submit(Opcode::stat, {.a = fd, .b = memory.number()}),
                                script.submit(Opcode::stat, {.a = fd, .b = device})};
  const auto by_path = script.new_id();
  Submission numbers{};
  numbers.b = device;
  script.bridge.stat(by_path, "/", true, numbers);
  ids.push_back(by_path);
  for (const auto id : ids) CHECK(script.until(id).reply(id).status == -EFAULT);
  CHECK(script.bridge.executor().io().in_flight() == 0);
}

TEST_CASE_ON_BACKENDS("Bridge: a position that no file has is EINVAL") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  const ScriptMemory memory(script, 10);
  const Descriptor file = open_file(folder.file("file", "content"), O_RDWR);
  for (const double position : {-2.0, -1e300, 1e300, 9.3e18, std::nan(""), HUGE_VAL}) {
    CAPTURE(position);
    const auto read = script.read(file.get(), memory.number(), 10, position);
    CHECK(script.until(read).reply(read).status == -EINVAL);
  }
}

TEST_CASE_ON_BACKENDS("Bridge: operations that nobody waits for have no replies") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  Script script(options<Choice>());
  std::vector<int> opened;
  for (int i = 0; i < 20; ++i) opened.push_back(open_file(folder.file("file", ""), O_RDONLY).release());
  for (const int fd : opened) script.submit_unnamed(Opcode::close, {.a = fd});
  script.submit_unnamed(Opcode::close, {.a = 99'999});
  script.turn();
  script.bridge.close();
  CHECK(script.batches.empty());
  for (const int fd : opened) CHECK(fcntl(fd, F_GETFD) == -1);
}

TEST_CASE_ON_BACKENDS("Bridge: an unknown opcode is ENOSYS, and device opcodes go to their handler") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  for (const int opcode : {0, 63, 64, 1000, -5}) {
    const auto id = script.submit(static_cast<Opcode>(opcode), {});
    CHECK(script.until(id).reply(id).status == -ENOSYS);
  }
  struct Seen {
    Bridge& bridge;
    std::vector<std::int32_t> opcodes;
    int drains = 0;
  } seen{script.bridge, {}};
  script.bridge.handle_device_opcodes(
      &seen,
      [](void* context, const Submission& submission) {
        auto& all = *static_cast<Seen*>(context);
        all.opcodes.push_back(submission.opcode);
        all.bridge.reply(submission.id, kDeviceFailure, submission.x);
      },
      [](void* context) { ++static_cast<Seen*>(context)->drains; });
  script.until(script.submit(static_cast<Opcode>(63), {}));
  CHECK(seen.drains == 0);
  const auto id = script.submit(static_cast<Opcode>(70), {.x = 1.5});
  const Reply reply = script.until(id).reply(id);
  CHECK(reply.status == kDeviceFailure);
  CHECK(reply.value == 1.5);
  CHECK(seen.opcodes == std::vector{70});
  CHECK(seen.drains == 1);
}

TEST_CASE_ON_BACKENDS("Bridge: what is cached is read at once, what is not is read all the same") {
  SKIP_WITHOUT_BACKEND();
  const TemporaryFolder folder;
  const std::string content = pattern(256 << 10);
  Script script(options<Choice>());
  ScriptMemory memory(script, content.size());
  const Descriptor file = open_file(folder.file("file", content), O_RDWR);
  for (const bool cold : {false, true}) {
    for (const double bytes : {1.0, 4096.0, 100'000.0, 256.0 * 1024}) {
      if (cold) evict(file.get());
      memory.fill(std::string(content.size(), '.'));
      const auto read = script.read(file.get(), memory.number(), bytes, 0, 0, true);
      CHECK(script.until(read).reply(read).value == bytes);
      CHECK(memory.text().substr(0, static_cast<std::size_t>(bytes)) ==
            content.substr(0, static_cast<std::size_t>(bytes)));
    }
  }
  const auto short_read = script.read(file.get(), memory.number(), 1000, 256.0 * 1024 - 10, 0, true);
  CHECK(script.until(short_read).reply(short_read).value == 10);
  const auto at_end = script.read(file.get(), memory.number(), 1000, 256.0 * 1024, 0, true);
  CHECK(script.until(at_end).reply(at_end).value == 0);
  const Pipe pipe;
  pipe.put("abc");
  const auto from_pipe = script.read(pipe.read_end.get(), memory.number(), 3, -1, 0, true);
  CHECK(script.until(from_pipe).reply(from_pipe).value == 3);
}

TEST_CASE_ON_BACKENDS("Bridge: sleeps end in the order of their deadlines, and not before") {
  SKIP_WITHOUT_BACKEND();
  using namespace std::chrono_literals;
  ManualClock clock;
  Script script(options<Choice>(&clock));
  std::vector<std::int32_t> order;
  script.on_settled = [&](const Reply& reply) { order.push_back(reply.id); };
  const auto later = script.sleep(20.5);
  const auto sooner = script.sleep(10);
  const auto longest = script.sleep(9e9);
  script.turn();
  REQUIRE(script.bridge.executor().next_deadline());
  clock.advance(9'999us);
  script.turn();
  CHECK(order.empty());
  clock.advance(20ms);
  script.turn();
  CHECK(order == std::vector{sooner, later});
  CHECK(!script.settled(longest));
}

TEST_CASE_ON_BACKENDS("Bridge: memory stays until the operation has ended, whatever becomes of the buffer") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  const Pipe pipe;
  ScriptMemory memory(script, 10);
  const auto read = script.read(pipe.read_end.get(), memory.number(), 10);
  script.turn();
  memory.collect();
  script.submit_unnamed(Opcode::drop_memory, {.a = memory.number()});
  script.turn();
  CHECK(memory.kept());
  CHECK(!script.settled(read));
  pipe.put("abc");
  CHECK(script.until(read).reply(read).value == 3);
  CHECK(!memory.kept());
}

TEST_CASE_ON_BACKENDS("Bridge: memory dropped in the same batch as the read that uses it") {
  SKIP_WITHOUT_BACKEND();
  Script script(options<Choice>());
  const Pipe pipe;
  ScriptMemory memory(script, 10);
  const auto keep = memory.owner();
  const auto read = script.read(pipe.read_end.get(), memory.number(), 10);
  script.submit_unnamed(Opcode::drop_memory, {.a = memory.number()});
  const auto late = script.read(pipe.read_end.get(), memory.number(), 10);
  CHECK(script.until(late).reply(late).status == -EFAULT);
  CHECK(script.bridge.memory().size() == 0);
  pipe.put("abc");
  CHECK(script.until(read).reply(read).value == 3);
  CHECK(keep->substr(0, 3) == "abc");
}

}  // namespace

}  // namespace heddle::bridge
