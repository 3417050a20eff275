#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heddle::http {

// Status line and fields of a response. Text is as the peer sent it: bytes, not necessarily UTF-8.
struct ResponseHead {
  unsigned status = 0;  // 200 to 999
  std::string reason;
  std::string fields;  // `Name: value\n` each, in the order in which they came; a value has no line break
  std::optional<std::uint64_t> content_length;  // also where the response has no body, as to a HEAD

  // The value of the first field of that name, which is compared without case. Null when there is none.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
};

}  // namespace heddle::http
