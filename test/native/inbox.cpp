#include "native/inbox.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

struct Letter {
  Letter* next = nullptr;
  std::size_t sender = 0;
  int number = 0;  // plain: the inbox itself must make it visible
};

TEST_CASE("Inbox: all at once, oldest first") {
  Inbox<Letter> inbox;
  CHECK(inbox.empty());
  CHECK(inbox.take_all() == nullptr);
  std::array<Letter, 3> letters;
  for (Letter& letter : letters) inbox.push(letter);
  CHECK(!inbox.empty());
  Letter* taken = inbox.take_all();
  for (Letter& letter : letters) {
    REQUIRE(taken == &letter);
    taken = taken->next;
  }
  CHECK(taken == nullptr);
  CHECK(inbox.empty());
}

TEST_CASE("Inbox: many producers lose nothing and keep their own order") {
  constexpr std::size_t kSenders = 4;
  const int each = test::rounds(100'000);
  Inbox<Letter> inbox;
  std::vector<std::vector<Letter>> letters;
  for (std::size_t sender = 0; sender < kSenders; ++sender) letters.emplace_back(static_cast<std::size_t>(each));

  std::vector<std::jthread> senders;
  for (std::size_t sender = 0; sender < kSenders; ++sender) {
    senders.emplace_back([&, sender] {
      int number = 0;
      for (Letter& letter : letters[sender]) {
        letter.sender = sender;
        letter.number = number++;
        inbox.push(letter);
      }
    });
  }
  std::array<int, kSenders> expected{};
  bool in_order = true;
  for (std::size_t left = kSenders * static_cast<std::size_t>(each); left > 0;) {
    for (Letter* letter = inbox.take_all(); letter != nullptr; letter = letter->next, --left) {
      in_order = in_order && letter->number == expected[letter->sender]++;
    }
  }
  CHECK(in_order);
  CHECK(inbox.take_all() == nullptr);
}

}  // namespace

}  // namespace heddle
