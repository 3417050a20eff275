// The rows of `npm run bench -- executor` on the hand-written floor. See rows.hpp for how it is asked.

#include "floor_task.hpp"
#include "rows.hpp"

namespace {

using bench::floor::All;
using bench::floor::Group;
using bench::floor::Loop;
using bench::floor::Signal;
using bench::floor::Slot;
using bench::floor::Task;

constexpr std::size_t kBatch = 1000;

// Runs one task on a new loop until nothing is left to do.
template <typename... Arguments, typename... Given>
double timed(std::size_t count, Task (*body)(Loop&, Arguments...), Given&&... arguments) {
  Loop loop;
  return bench::nanoseconds_each(count, [&] {
    Group root(loop);
    root.spawn(body(loop, std::forward<Given>(arguments)...));
    loop.run();
  });
}

Task nothing() { co_return; }

Task yielder(Loop& loop, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) co_await loop.yield();
}

Task caller(Loop&, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) co_await nothing();
}

Task spawner(Loop& loop, std::size_t count) {
  for (std::size_t i = 0; i < count; i += kBatch) {
    Group group(loop);
    for (std::size_t j = 0; j < kBatch; ++j) group.spawn(nothing());
    co_await group;
  }
}

Task gatherer(Loop& loop, std::size_t count) {
  for (std::size_t i = 0; i < count; i += kBatch) {
    std::vector<Task> tasks;
    tasks.reserve(kBatch);
    for (std::size_t j = 0; j < kBatch; ++j) tasks.push_back(nothing());
    All all(loop, tasks);
    co_await all;
  }
}

Task player(Loop&, std::size_t count, Signal& mine, Signal& theirs) {
  for (std::size_t i = 0; i < count; ++i) {
    co_await mine;
    mine.reset();
    theirs.set();
  }
}

double ping_pong(std::size_t count) {
  Loop loop;
  Signal ping(loop);
  Signal pong(loop);
  Group group(loop);
  return bench::nanoseconds_each(count, [&] {
    group.spawn(player(loop, count, ping, pong));
    group.spawn(player(loop, count, pong, ping));
    ping.set();
    loop.run();
  });
}

Task echo(Loop&, Slot& from, Slot& to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const int value = co_await from.receive();
    co_await to.send(value);
  }
}

Task start(Loop&, Slot& slot) { co_await slot.send(1); }

double channels(std::size_t count) {
  Loop loop;
  Slot ping(loop);
  Slot pong(loop);
  Group group(loop);
  return bench::nanoseconds_each(count, [&] {
    group.spawn(echo(loop, ping, pong, count));
    group.spawn(echo(loop, pong, ping, count));
    group.spawn(start(loop, ping));
    loop.run();
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bench::serve_rows(argc, argv,
                           {{"yield", [](std::size_t n) { return timed(n, yielder, n); }},
                            {"call", [](std::size_t n) { return timed(n, caller, n); }},
                            {"spawn", [](std::size_t n) { return timed(n, spawner, n); }},
                            {"gather", [](std::size_t n) { return timed(n, gatherer, n); }},
                            {"ping-pong", ping_pong},
                            {"channel", channels}});
}
