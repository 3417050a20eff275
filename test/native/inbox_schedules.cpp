#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "native/inbox.hpp"
#include "test/native/support/interleavings.hpp"
#include "test/native/support/sanitized.hpp"

namespace heddle {

namespace {

struct Letter {
  Letter* next = nullptr;
  int sender = 0;
  int number = 0;
};

TEST_CASE("Inbox: every schedule of two senders and the receiver") {
  if (test::kSanitized) return;
  constexpr int kSenders = 2;
  constexpr int kEach = 2;
  bool right = true;
  test::Interleavings interleavings(5);
  const std::size_t schedules = interleavings.explore([&](auto&& run) {
    Inbox<Letter, test::SteppedAtomic> inbox;
    std::array<std::array<Letter, kEach>, kSenders> letters;
    std::array<int, kSenders> received{};
    const auto receive = [&] {
      for (Letter* letter = inbox.take_all(); letter != nullptr; letter = letter->next) {
        // Each sender's letters arrive in their order, and none twice.
        auto& expected = received[static_cast<std::size_t>(letter->sender)];
        right = right && letter->number == expected;
        ++expected;
      }
    };
    std::vector<std::function<void()>> threads;
    for (int sender = 0; sender < kSenders; ++sender) {
      threads.emplace_back([&, sender] {
        for (int number = 0; number < kEach; ++number) {
          Letter& letter = letters[static_cast<std::size_t>(sender)][static_cast<std::size_t>(number)];
          letter.sender = sender;
          letter.number = number;
          inbox.push(letter);
        }
      });
    }
    threads.emplace_back([&] {
      receive();
      receive();
    });
    run(std::move(threads));
    receive();
    right = right && received == std::array<int, kSenders>{kEach, kEach};
  });
  MESSAGE(schedules << " schedules");
  CHECK(schedules > 1000);
  CHECK(right);
}

}  // namespace

}  // namespace heddle
