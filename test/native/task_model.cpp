#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "native/task.hpp"
#include "test/native/support/counted.hpp"
#include "test/native/support/random.hpp"
#include "test/native/support/sanitized.hpp"
#include "test/native/support/simulation.hpp"
#include "test/native/support/turns.hpp"

namespace heddle {

namespace {

using test::Counted;

struct Fault : std::runtime_error {
  explicit Fault(int at) : std::runtime_error("a node failed"), number(at) {}
  int number;
};

enum class Gives { value, reference, moved, nothing };

// One task of the tree, and what it does before each of its children and at its end.
struct Node {
  int number;
  Gives gives;
  int turns;
  std::size_t fails_before;  // which child; their count: at the end; more: never
  bool catches;
  bool awaited;
  bool kept;  // as a task object, until the parent ends
  std::vector<Node> children;
};

class Planter {
 public:
  explicit Planter(test::Random& random) : random_(random) {}

  Node tree(int depth) {
    Node node{.number = ++planted_,
              .gives = static_cast<Gives>(random_.between(0, 3)),
              .turns = random_.one_in(3) ? random_.between(1, 3) : 0,
              .fails_before = kNever,
              .catches = random_.one_in(3),
              .awaited = !random_.one_in(8),
              .kept = random_.one_in(2),
              .children = {}};
    if (depth > 0) {
      // Some trees are wide, some are chains.
      const int width = random_.one_in(2) ? 1 : random_.between(0, 4);
      for (int i = 0; i < width && planted_ < kMostNodes; ++i) node.children.push_back(tree(depth - 1));
    }
    if (random_.one_in(12)) node.fails_before = random_.between<std::size_t>(0, node.children.size());
    return node;
  }

 private:
  static constexpr std::size_t kNever = ~std::size_t{0};
  static constexpr int kMostNodes = 200;

  test::Random& random_;
  int planted_ = 0;
};

using Log = std::vector<int>;

// What the tasks do, in plain functions.
int call(const Node& node, Log& log) {
  log.push_back(node.number);
  int sum = node.number;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (node.fails_before == i) throw Fault(node.number);
    const Node& child = node.children[i];
    if (!child.awaited) continue;
    try {
      sum += call(child, log);
    } catch (const Fault& fault) {
      if (!node.catches) throw;
      sum -= fault.number;
    }
  }
  if (node.fails_before == node.children.size()) throw Fault(node.number);
  log.push_back(-node.number);
  return sum;
}

struct World {
  Log log;
  std::vector<int> cells = std::vector<int>(1000);  // what references refer to
};

Task<int> result_of(const Node& node, World& world, Counted parameter);

// `parameter` and `local` live as long as the frame and the body.
Task<int> body(const Node& node, World& world, Counted parameter) {
  const Counted local(node.number);
  std::vector<Task<int>> kept;
  world.log.push_back(node.number);
  int sum = node.number;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    co_await test::pass_turns(node.turns);
    if (node.fails_before == i) throw Fault(node.number);
    const Node& child = node.children[i];
    Task<int> task = result_of(child, world, Counted(child.number));
    if (child.kept) kept.push_back(std::move(task));
    if (!child.awaited) continue;
    try {
      sum += co_await std::move(child.kept ? kept.back() : task);
    } catch (const Fault& fault) {
      if (!node.catches) throw;
      sum -= fault.number;
    }
  }
  if (node.fails_before == node.children.size()) throw Fault(node.number);
  CHECK(parameter.number() == node.number);
  world.log.push_back(-node.number);
  co_return sum;
}

Task<int&> by_reference(const Node& node, World& world, Counted parameter) {
  int& cell = world.cells[static_cast<std::size_t>(node.number)];
  cell = co_await body(node, world, std::move(parameter));
  co_return cell;
}

Task<Counted> by_move(const Node& node, World& world, Counted parameter) {
  world.cells[static_cast<std::size_t>(node.number)] = co_await body(node, world, std::move(parameter));
  co_return Counted(node.number);
}

Task<void> by_nothing(const Node& node, World& world, Counted parameter) {
  world.cells[static_cast<std::size_t>(node.number)] = co_await body(node, world, std::move(parameter));
}

Task<int> result_of(const Node& node, World& world, Counted parameter) {
  const auto number = static_cast<std::size_t>(node.number);
  switch (node.gives) {
    case Gives::value:
      co_return co_await body(node, world, std::move(parameter));
    case Gives::reference: {
      int& cell = co_await by_reference(node, world, std::move(parameter));
      CHECK(&cell == &world.cells[number]);
      co_return cell;
    }
    case Gives::moved: {
      const Counted moved = co_await by_move(node, world, std::move(parameter));
      CHECK(moved.number() == node.number);
      break;
    }
    case Gives::nothing:
      co_await by_nothing(node, world, std::move(parameter));
  }
  co_return world.cells[number];
}

struct Ending {
  bool failed;
  int number;  // the result, or of the node that failed
  friend bool operator==(const Ending&, const Ending&) = default;
};

template <class Run>
Ending ending_of(Run run) {
  try {
    return {.failed = false, .number = run()};
  } catch (const Fault& fault) {
    return {.failed = true, .number = fault.number};
  }
}

TEST_CASE("Task: random trees do and give what plain functions would") {
  test::Simulation simulation;
  int failed = 0;
  const int trees = test::rounds(500);
  for (int salt = 0; salt < trees; ++salt) {
    test::Random random(static_cast<std::uint64_t>(salt));
    INFO("HEDDLE_SEED=" << random.seed());
    CAPTURE(salt);
    const Node root = Planter(random).tree(random.between(0, random.one_in(4) ? 60 : 6));
    Log expected_log;
    const Ending expected = ending_of([&] { return call(root, expected_log); });
    World world;
    const Ending ending = ending_of([&] { return simulation.run(result_of(root, world, Counted(root.number))); });
    REQUIRE(ending == expected);
    REQUIRE(world.log == expected_log);
    REQUIRE(Counted::live() == 0);
    failed += ending.failed ? 1 : 0;
  }
  CHECK(failed > trees / 20);
  CHECK(failed < trees / 2);
}

}  // namespace

}  // namespace heddle
