#pragma once

#include <cstddef>

#include "test/native/support/sanitized.hpp"

namespace heddle::test {

// Calls of the global operator new on this thread so far. Sanitizer builds keep their own allocator and count
// nothing.
[[nodiscard]] std::size_t allocations() noexcept;
inline constexpr bool kAllocationsCounted = !kSanitized;

}  // namespace heddle::test
