#pragma once

#include <cstdint>
#include <string_view>

namespace heddle::cuda {

// FNV-1a, 64 bits: two contents of one length that differ in one byte never share it.
[[nodiscard]] constexpr std::uint64_t content_hash(std::string_view content) noexcept {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : content) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return value;
}

}  // namespace heddle::cuda
