#include "native/fixed_queue.hpp"

#include <doctest/doctest.h>

#include <deque>

#include "test/native/support/counted.hpp"
#include "test/native/support/random.hpp"

namespace heddle {

namespace {

using test::Counted;

TEST_CASE("FixedQueue: without room it is empty and full") {
  FixedQueue<Counted> queue(0);
  CHECK(queue.empty());
  CHECK(queue.full());
  CHECK(queue.capacity() == 0);
}

TEST_CASE("FixedQueue: behaves like a deque, around the end of its storage") {
  for (std::size_t capacity = 1; capacity <= 5; ++capacity) {
    test::Random random(capacity);
    CAPTURE(random.seed());
    FixedQueue<Counted> queue(capacity);
    std::deque<int> model;
    for (int i = 0; i < 1000; ++i) {
      if (!queue.full() && random.one_in(2)) {
        queue.push(Counted(i));
        model.push_back(i);
      } else if (!queue.empty()) {
        REQUIRE(queue.front().number() == model.front());
        queue.drop_front();
        model.pop_front();
      }
      REQUIRE(queue.size() == model.size());
      REQUIRE(queue.empty() == model.empty());
      REQUIRE(queue.full() == (model.size() == capacity));
      REQUIRE(Counted::live() == static_cast<int>(model.size()));
    }
  }
  CHECK(Counted::live() == 0);
}

TEST_CASE("FixedQueue: destroys what is left") {
  {
    FixedQueue<Counted> queue(3);
    queue.push(Counted(1));
    queue.push(Counted(2));
    CHECK(Counted::live() == 2);
  }
  CHECK(Counted::live() == 0);
}

}  // namespace

}  // namespace heddle
