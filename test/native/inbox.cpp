#include "native/inbox.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "test/native/support/jitter.hpp"
#include "test/native/support/random.hpp"
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

// Has a few letters, which come back to it when they have been read, and are sent again.
class Sender {
 public:
  Sender(Inbox<Letter>& to, std::size_t number, std::uint64_t salt) : to_(to), number_(number), random_(salt) {}

  void run(int letters) {
    Letter* mine = nullptr;
    for (Letter& letter : letters_) letter.next = std::exchange(mine, &letter);
    while (sent_ < letters) {
      for (int batch = random_.between(1, 20); batch > 0 && mine != nullptr && sent_ < letters; --batch) {
        Letter& letter = *std::exchange(mine, mine->next);
        letter.sender = number_;
        letter.number = sent_++;
        to_.push(letter);
      }
      test::jitter(random_);
      if (mine == nullptr) mine = returned.take_all();
      if (mine == nullptr) std::this_thread::yield();
    }
  }

  Inbox<Letter> returned;

 private:
  Inbox<Letter>& to_;
  std::size_t number_;
  test::Random random_;
  std::array<Letter, 16> letters_;
  int sent_ = 0;
};

TEST_CASE("Inbox: stress, random batches of letters that go to and fro") {
  for (std::uint64_t salt = 0; salt < 4; ++salt) {
    test::Random random(salt * 16);
    INFO("HEDDLE_SEED=" << random.seed());
    const auto count = random.between<std::size_t>(2, 4);
    const int each = test::rounds(random.between(300, 1'000));
    Inbox<Letter> inbox;
    std::vector<std::unique_ptr<Sender>> senders;
    for (std::size_t i = 0; i < count; ++i) {
      senders.push_back(std::make_unique<Sender>(inbox, i, salt * 16 + i + 1));
    }
    std::vector<std::jthread> threads;
    for (auto& sender : senders) threads.emplace_back([&sender = *sender, each] { sender.run(each); });
    std::vector<int> expected(count);
    bool in_order = true;
    for (std::size_t left = count * static_cast<std::size_t>(each); left > 0;) {
      for (Letter* letter = inbox.take_all(); letter != nullptr; --left) {
        Letter& read = *std::exchange(letter, letter->next);
        in_order = in_order && read.number == expected[read.sender]++;
        senders[read.sender]->returned.push(read);
      }
      test::jitter(random);
    }
    threads.clear();
    CHECK(in_order);
    CHECK(inbox.empty());
    for (const int received : expected) CHECK(received == each);
  }
}

}  // namespace

}  // namespace heddle
