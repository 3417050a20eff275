#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "native/executor.hpp"

namespace heddle::test {

// Both backends give the same results for the same requests: each I/O test is written once and runs on both.
using Uring = std::integral_constant<io::BackendChoice, io::BackendChoice::uring>;
using Fallback = std::integral_constant<io::BackendChoice, io::BackendChoice::fallback>;

// Empty where io_uring can be used.
[[nodiscard]] const std::string& why_no_uring();
[[nodiscard]] inline bool uring_available() { return why_no_uring().empty(); }

template <class Choice>
[[nodiscard]] bool available() {
  if (Choice::value != io::BackendChoice::uring || uring_available()) return true;
  MESSAGE("skipped, io_uring can't be used here: " << why_no_uring());
  return false;
}

template <class Choice>
[[nodiscard]] Executor::Options options(const Clock* clock = nullptr) {
  return {.io = Choice::value, .clock = clock};
}

}  // namespace heddle::test

TYPE_TO_STRING(heddle::test::Uring);
TYPE_TO_STRING(heddle::test::Fallback);

// A test that runs on each backend; `Choice` names it.
#define TEST_CASE_ON_BACKENDS(name) TEST_CASE_TEMPLATE(name, Choice, heddle::test::Uring, heddle::test::Fallback)
#define SKIP_WITHOUT_BACKEND() \
  if (!heddle::test::available<Choice>()) return
