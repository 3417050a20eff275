#include "native/io/slot_table.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "test/native/support/random.hpp"

namespace heddle::io {

namespace {

struct TestRequest : Request {
  TestRequest() : Request([](Request&) noexcept {}) {}
};

TEST_CASE("SlotTable: a name finds its request once") {
  SlotTable table;
  TestRequest request;
  CHECK(!table.holds(request));
  const std::uint64_t name = table.insert(request);
  CHECK(table.holds(request));
  CHECK(table.name_of(request.slot) == name);
  CHECK(table.size() == 1);
  CHECK(table.take(name) == &request);
  CHECK(table.take(name) == nullptr);
  CHECK(!table.holds(request));
  CHECK(table.size() == 0);
}

TEST_CASE("SlotTable: a late name does not find the slot's next owner") {
  SlotTable table;
  TestRequest first;
  TestRequest second;
  const std::uint64_t old_name = table.insert(first);
  CHECK(table.take(old_name) == &first);
  const std::uint64_t new_name = table.insert(second);
  CHECK(first.slot == second.slot);
  CHECK(new_name != old_name);
  CHECK(table.take(old_name) == nullptr);
  CHECK(!table.holds(first));
  CHECK(table.holds(second));
  CHECK(table.take(new_name) == &second);
}

TEST_CASE("SlotTable: names that nobody was given find nobody") {
  SlotTable table;
  TestRequest request;
  CHECK(table.take(0) == nullptr);
  CHECK(table.take(~std::uint64_t{0}) == nullptr);
  const std::uint64_t name = table.insert(request);
  CHECK(table.take(name + 1) == nullptr);
  CHECK(table.take(name + (std::uint64_t{1} << 32)) == nullptr);
  CHECK(table.take(~std::uint64_t{0}) == nullptr);
  CHECK(table.take(name) == &request);
}

TEST_CASE("SlotTable: for_each visits what is held") {
  SlotTable table;
  std::array<TestRequest, 5> requests;
  std::array<std::uint64_t, 5> names{};
  for (std::size_t i = 0; i < requests.size(); ++i) names[i] = table.insert(requests[i]);
  CHECK(table.take(names[1]) == &requests[1]);
  CHECK(table.take(names[4]) == &requests[4]);
  std::set<Request*> visited;
  table.for_each([&](Request& request) { visited.insert(&request); });
  CHECK(visited == std::set<Request*>{&requests[0], &requests[2], &requests[3]});
}

TEST_CASE("SlotTable: random inserts and takes behave as a map with names that never repeat") {
  test::Random random;
  INFO("HEDDLE_SEED=" << random.seed());
  SlotTable table;
  std::deque<TestRequest> requests;
  std::map<std::uint64_t, Request*> model;
  std::set<std::uint64_t> ever;
  std::vector<std::uint64_t> names;
  for (int i = 0; i < 20'000; ++i) {
    if (model.empty() || random.one_in(2)) {
      TestRequest& request = requests.emplace_back();
      const std::uint64_t name = table.insert(request);
      REQUIRE(ever.insert(name).second);
      model.emplace(name, &request);
      names.push_back(name);
    } else {
      const std::uint64_t name = names[random.between<std::size_t>(0, names.size() - 1)];
      const auto known = model.find(name);
      REQUIRE(table.take(name) == (known == model.end() ? nullptr : known->second));
      if (known != model.end()) model.erase(known);
    }
    REQUIRE(table.size() == model.size());
  }
}

TEST_CASE("SlotTable: what may wait on a descriptor is found by it, in any order of inserts and takes") {
  test::Random random;
  INFO("HEDDLE_SEED=" << random.seed());
  SlotTable table;
  std::deque<TestRequest> requests;
  std::map<Request*, std::uint64_t> held;
  const auto waiting_on = [&](int fd) {
    std::set<Request*> found;
    table.for_each_on(fd, [&](Request& request) { REQUIRE(found.insert(&request).second); });
    return found;
  };
  for (int i = 0; i < 5'000; ++i) {
    if (held.empty() || random.one_in(2)) {
      TestRequest& request = requests.emplace_back();
      request.fd = random.between(-1, 6);
      request.opcode = random.one_in(4) ? Opcode::statx : Opcode::receive;
      held.emplace(&request, table.insert(request));
    } else {
      const auto taken = std::next(held.begin(), random.between<std::ptrdiff_t>(0, std::ssize(held) - 1));
      REQUIRE(table.take(taken->second) == taken->first);
      held.erase(taken);
    }
    const int fd = random.between(-2, 8);
    std::set<Request*> expected;
    for (const auto& [request, name] : held) {
      if (request->fd == fd && fd >= 0 && request->waits_for_peer()) expected.insert(request);
    }
    REQUIRE(waiting_on(fd) == expected);
  }
}

}  // namespace

}  // namespace heddle::io
