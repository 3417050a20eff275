#include "test/native/support/backends.hpp"

#include <system_error>

#include "native/io/uring_backend.hpp"

namespace heddle::test {

const std::string& why_no_uring() {
  static const std::string reason = []() -> std::string {
    try {
      const io::UringBackend ring;
      return {};
    } catch (const std::system_error& error) {
      return error.what();
    }
  }();
  return reason;
}

}  // namespace heddle::test
