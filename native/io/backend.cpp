#include "native/io/backend.hpp"

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "native/io/fallback_backend.hpp"
#ifndef HEDDLE_WITHOUT_URING
#include "native/io/uring_backend.hpp"
#endif

namespace heddle::io {

namespace {

BackendChoice choice_of_environment() noexcept {
  const char* value = std::getenv("HEDDLE_IO");
  if (value == nullptr) return BackendChoice::automatic;
  const std::string_view name(value);
  if (name == "uring") return BackendChoice::uring;
  if (name == "fallback") return BackendChoice::fallback;
  return BackendChoice::automatic;
}

// About a value of HEDDLE_IO that names no backend; for people.
std::string ignored_value() {
  const char* value = std::getenv("HEDDLE_IO");
  if (value == nullptr || *value == '\0' || choice_of_environment() != BackendChoice::automatic) return {};
  return std::string("; HEDDLE_IO=") + value + " was ignored: it may be uring or fallback";
}

std::unique_ptr<Backend> make_uring() {
#ifdef HEDDLE_WITHOUT_URING
  throw std::system_error(ENOSYS, std::system_category(), "built without liburing");
#else
  return std::make_unique<UringBackend>();
#endif
}

}  // namespace

BackendAndReason make_backend(BackendChoice choice, BlockingPool& pool, WakeEvent& wake) {
  std::string reason = "asked for by the caller";
  std::string note;
  if (choice == BackendChoice::automatic) {
    choice = choice_of_environment();
    reason = choice == BackendChoice::automatic ? "available" : "asked for by HEDDLE_IO";
    note = ignored_value();
  }
  if (choice == BackendChoice::fallback) return {std::make_unique<FallbackBackend>(pool, wake), reason};
  try {
    return {make_uring(), reason + note};
  } catch (const std::system_error& error) {
    if (choice == BackendChoice::uring) throw;
    return {std::make_unique<FallbackBackend>(pool, wake),
            std::string("io_uring can't be used: ") + error.what() + note};
  }
}

}  // namespace heddle::io
