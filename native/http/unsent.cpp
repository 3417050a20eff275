#include "native/http/unsent.hpp"

#include <string_view>

namespace heddle::http {

namespace {

// A body up to this is sent with the head.
constexpr std::size_t kSentWithHead = std::size_t{16} << 10;

}  // namespace

Unsent::Unsent(const Request& request) : head_(write_head(request)), body_(request.body) {
  if (body_.size() > kSentWithHead) return;
  head_.append(reinterpret_cast<const char*>(body_.data()), body_.size());
  body_ = {};
}

void Unsent::taken(std::size_t bytes) noexcept {
  if (head_taken_ < head_.size()) {
    head_taken_ += bytes;
  } else {
    body_ = body_.subspan(bytes);
  }
}

}  // namespace heddle::http
