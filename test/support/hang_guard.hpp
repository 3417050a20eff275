#pragma once

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "test/native/support/sanitized.hpp"
#include "test/support/listener.hpp"

namespace heddle::test {

// A lost wake-up or completion is a hang. The test that hangs is named, and the run ends instead of waiting for ever.
class HangGuard final : public Listener {
 public:
  explicit HangGuard(const doctest::ContextOptions&) { std::signal(SIGALRM, name_the_hung_test); }
  void test_case_start(const doctest::TestCaseData& test) override {
    std::snprintf(current_test_, sizeof current_test_, "%s", test.m_name);
    alarm(kSecondsPerTest);
  }
  void test_case_end(const doctest::CurrentTestCaseStats&) override { alarm(0); }

 private:
  static constexpr unsigned kSecondsPerTest = kSanitized ? 240 : 60;

  static void name_the_hung_test(int) {
    constexpr char kWhat[] = "\nThis test hangs: ";
    [[maybe_unused]] ssize_t written = write(STDERR_FILENO, kWhat, sizeof kWhat - 1);
    written = write(STDERR_FILENO, current_test_, std::strlen(current_test_));
    written = write(STDERR_FILENO, "\n", 1);
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
  }

  static inline char current_test_[256] = "";
};

}  // namespace heddle::test
