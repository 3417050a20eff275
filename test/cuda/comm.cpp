#include "cuda/comm.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "cuda/collective_action.hpp"
#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

namespace {

using Joined = test::Promised<std::shared_ptr<Comm>>;

CommId new_id(Bed& bed) {
  test::Promised<CommId> made;
  Comm::unique_id(bed.device().thread(), [&made](const CommId& id, const ErrorPtr&) { made.set(id); });
  return made.get();
}

void join(Bed& bed, const CommId& id, int rank, std::chrono::milliseconds timeout, Joined& joined) {
  Comm::open(bed.device().thread(), {.id = id, .rank = rank, .size = 2, .timeout = timeout},
             [&joined](std::shared_ptr<Comm> comm, const ErrorPtr&) { joined.set(std::move(comm)); });
}

Command& all_reduce(Bed& bed, const std::shared_ptr<cuda::Stream>& stream, const std::shared_ptr<Comm>& comm,
                    const BlockPtr& block) {
  std::vector<Collective> group{{.destination = block->address(), .source = block->address(), .count = 16}};
  Command& command = bed.notify(stream);
  command.kind = CommandKind::action;
  command.action =
      std::make_unique<CollectiveAction>(comm, std::move(group), std::vector<std::shared_ptr<void>>{block});
  return command;
}

}  // namespace

TEST_CASE("a group is aborted while the slow lane is stuck in a free") {
  Bed first(test::with_slow(Operation::free_host, std::chrono::seconds(3)));
  Bed second;
  const CommId id = new_id(first);
  Joined one;
  Joined other;
  join(first, id, 0, std::chrono::milliseconds(200), one);
  join(second, id, 1, std::chrono::seconds(30), other);
  const std::shared_ptr<Comm> comm = one.get();
  REQUIRE(comm != nullptr);
  REQUIRE(other.get() != nullptr);
  const BlockPtr block = first.alloc(64);
  first.pinned(64).reset();
  const auto start = std::chrono::steady_clock::now();
  const ErrorPtr error = first.run(all_reduce(first, first.stream(), comm, block));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
  REQUIRE(error != nullptr);
  CHECK(error->number == kCollectiveTimeout);
}
