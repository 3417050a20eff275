#include "cuda/command_pool.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

using namespace heddle::cuda;

TEST_CASE("a pool makes no more commands than are in use at once") {
  CommandPool pool;
  for (int round = 0; round < 1000; ++round) {
    std::vector<Command*> taken;
    for (int i = 0; i < 50; ++i) taken.push_back(&pool.take());
    for (Command* command : taken) pool.give_back(*command);
  }
  CHECK(pool.made() == 64);
}

TEST_CASE("a command comes back blank, and has let go of what it held") {
  CommandPool pool;
  const auto memory = std::make_shared<int>(1);
  Command& command = pool.take();
  command.kind = CommandKind::fill;
  command.source.hold = memory;
  command.token = 7;
  pool.give_back(command);
  CHECK(memory.use_count() == 1);
  for (std::size_t i = 0; i < pool.made(); ++i) {
    const Command& again = pool.take();
    CHECK(again.kind == CommandKind::notify);
    CHECK(again.token == 0);
    CHECK(again.pool == &pool);
    CHECK(again.next == nullptr);
  }
}

TEST_CASE("commands are given back by other threads") {
  CommandPool pool;
  for (int round = 0; round < 200; ++round) {
    std::vector<Command*> taken;
    for (int i = 0; i < 128; ++i) taken.push_back(&pool.take());
    std::thread first([&] {
      for (int i = 0; i < 64; ++i) pool.give_back(*taken[static_cast<std::size_t>(i)]);
    });
    std::thread second([&] {
      for (int i = 64; i < 128; ++i) pool.give_back(*taken[static_cast<std::size_t>(i)]);
    });
    first.join();
    second.join();
  }
  CHECK(pool.made() == 128);
}
