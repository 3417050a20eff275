#include "native/ready_queue.hpp"

#include <doctest/doctest.h>

#include <array>

namespace heddle {

namespace {

TEST_CASE("ReadyQueue: first in, first out") {
  ReadyQueue queue;
  std::array<Runnable, 4> nodes;
  CHECK(queue.empty());
  for (Runnable& node : nodes) queue.push(node);
  CHECK(queue.size() == 4);
  for (Runnable& node : nodes) CHECK(&queue.pop() == &node);
  CHECK(queue.empty());
  CHECK(queue.size() == 0);
}

TEST_CASE("ReadyQueue: pushes and pops mix, and a queue that ran empty works on") {
  ReadyQueue queue;
  std::array<Runnable, 3> nodes;
  for (int round = 0; round < 3; ++round) {
    queue.push(nodes[0]);
    queue.push(nodes[1]);
    CHECK(&queue.pop() == &nodes[0]);
    queue.push(nodes[2]);
    queue.push(nodes[0]);  // a node that was popped may come back
    CHECK(&queue.pop() == &nodes[1]);
    CHECK(&queue.pop() == &nodes[2]);
    CHECK(&queue.pop() == &nodes[0]);
    CHECK(queue.empty());
  }
}

}  // namespace

}  // namespace heddle
