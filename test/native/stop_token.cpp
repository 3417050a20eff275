#include "native/stop_token.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace heddle {

namespace {

struct Callback : StopCallback {
  explicit Callback(std::function<void()> body) : StopCallback(&Callback::called), run(std::move(body)) {}
  static void called(StopCallback& callback) noexcept { static_cast<Callback&>(callback).run(); }
  std::function<void()> run;
};

TEST_CASE("StopToken: without a source it never stops") {
  const StopToken token;
  CHECK(!token.stop_possible());
  CHECK(!token.stop_requested());
  Callback callback([] { FAIL("nobody can call this"); });
  token.link(callback);
}

TEST_CASE("StopSource: each callback runs once, in the order of linking") {
  StopSource source;
  std::vector<int> ran;
  Callback first([&] { ran.push_back(1); });
  Callback second([&] { ran.push_back(2); });
  source.token().link(first);
  source.token().link(second);
  CHECK(!source.stop_requested());
  CHECK(source.request_stop());
  CHECK(source.token().stop_requested());
  CHECK(!source.request_stop());
  CHECK(ran == std::vector{1, 2});
}

TEST_CASE("StopSource: the stop is visible inside the callbacks") {
  StopSource source;
  bool seen = false;
  Callback callback([&] { seen = source.token().stop_requested() && !source.request_stop(); });
  source.token().link(callback);
  source.request_stop();
  CHECK(seen);
}

TEST_CASE("StopCallback: unlinked or destroyed before the stop, it does not run") {
  StopSource source;
  Callback unlinked([] { FAIL("was unlinked"); });
  source.token().link(unlinked);
  {
    Callback destroyed([] { FAIL("is gone"); });
    source.token().link(destroyed);
  }
  unlinked.unlink();
  unlinked.unlink();
  CHECK(source.request_stop());
  unlinked.unlink();
}

TEST_CASE("StopCallback: a callback may unlink itself and others") {
  StopSource source;
  std::vector<int> ran;
  std::deque<Callback> callbacks;
  for (int i = 0; i < 5; ++i) {
    callbacks.emplace_back([&, i] {
      ran.push_back(i);
      callbacks[static_cast<std::size_t>(i)].unlink();
      if (i == 1) {
        callbacks[2].unlink();  // the next
        callbacks[4].unlink();  // the last
        callbacks[0].unlink();  // one that has run
      }
    });
    source.token().link(callbacks.back());
  }
  source.request_stop();
  CHECK(ran == std::vector{0, 1, 3});
}

TEST_CASE("StopCallback: a callback may destroy another") {
  StopSource source;
  auto victim = std::make_unique<Callback>([] { FAIL("is gone"); });
  Callback killer([&] { victim.reset(); });
  source.token().link(killer);
  source.token().link(*victim);
  source.request_stop();
  CHECK(victim == nullptr);
}

TEST_CASE("StopSource: a parent's stop reaches all below it, a child's only those below the child") {
  StopSource top;
  StopSource left(top.token());
  StopSource right(top.token());
  StopSource leaf(left.token());
  int stops = 0;
  Callback on_leaf([&] { ++stops; });
  leaf.token().link(on_leaf);

  left.request_stop();
  CHECK(leaf.stop_requested());
  CHECK(stops == 1);
  CHECK(!top.stop_requested());
  CHECK(!right.stop_requested());

  top.request_stop();
  CHECK(right.stop_requested());
  CHECK(stops == 1);
}

TEST_CASE("StopSource: a child of a stopped parent is stopped from the start") {
  StopSource parent;
  parent.request_stop();
  StopSource child(parent.token());
  CHECK(child.stop_requested());
  CHECK(!child.request_stop());
}

TEST_CASE("StopSource: a child without a parent works alone") {
  StopSource child{StopToken{}};
  CHECK(!child.stop_requested());
  CHECK(child.request_stop());
}

TEST_CASE("StopSource: a child that is gone is not told") {
  StopSource parent;
  std::optional<StopSource> child(std::in_place, parent.token());
  child.reset();
  CHECK(parent.request_stop());
}

TEST_CASE("StopSource: a chain of a thousand stops to the end") {
  std::deque<StopSource> chain(1);
  for (int i = 0; i < 1000; ++i) chain.emplace_back(chain.back().token());
  chain.front().request_stop();
  CHECK(chain.back().stop_requested());
  while (!chain.empty()) chain.pop_back();
}

}  // namespace

}  // namespace heddle
