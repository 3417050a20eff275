#include "native/http/response_reader.hpp"

// One of Beast's assertions fails for a last chunk that arrives in parts, which it handles well.
#define BOOST_DISABLE_ASSERTS

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <string>
#include <utility>

#include "native/http/error.hpp"

namespace heddle::http {

namespace {

namespace beast = boost::beast;

using ErrorCode = beast::error_code;

constexpr std::size_t kFirstRoom = std::size_t{4} << 10;
constexpr std::size_t kMostRoom = std::size_t{64} << 10;
// A longer line before the head is no line of a head at all.
constexpr std::size_t kLeastHeader = 64;

// How every response begins: d is a digit, v that of a version that we speak.
constexpr std::string_view kBegin = "HTTP/1.v ddd";

[[noreturn]] void malformed(const std::string& why) { throw Error(kProtocol, "the response is malformed: " + why); }

[[noreturn]] void header_too_long(std::size_t limit) {
  throw Error(kHeaderLimit, "the head of the response is longer than " + std::to_string(limit) + " bytes");
}

[[noreturn]] void body_too_long(std::uint64_t limit) {
  throw Error(kBodyLimit, "the body of the response is longer than " + std::to_string(limit) + " bytes");
}

}  // namespace

// Beast's parser with its events written down. It takes one element at a time, so that a chunk is not parsed before there
// is a place for its bytes.
class ResponseReader::Parser final : public beast::http::basic_parser<false> {
 public:
  Parser(ResponseHead& head, std::size_t header_limit, bool to_head) : head_(head) {
    this->header_limit(static_cast<std::uint32_t>(header_limit));
    this->body_limit(std::numeric_limits<std::uint64_t>::max());  // the reader counts by itself
    this->eager(false);
    if (to_head) this->skip(true);
  }

  // Where the bytes of a chunk go. `taken` counts them.
  void take_into(std::span<std::byte> place) noexcept {
    place_ = place;
    taken = 0;
  }

  std::size_t taken = 0;

 private:
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb, Text, Text, int, ErrorCode&) override {}
  void on_response_impl(int status, Text reason, int, ErrorCode&) override {
    head_.status = static_cast<unsigned>(status);
    head_.reason.assign(reason.data(), reason.size());
  }
  void on_field_impl(beast::http::field, Text name, Text value, ErrorCode&) override {
    if (this->is_header_done()) return;  // a trailer
    head_.fields.append(name.data(), name.size()).append(": ").append(value.data(), value.size()).push_back('\n');
  }
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, ErrorCode&) override {}
  std::size_t on_body_impl(Text, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, ErrorCode&) override {
    const std::size_t count = std::min(bytes.size(), place_.size() - taken);
    std::memcpy(place_.data() + taken, bytes.data(), count);
    taken += count;
    return count;
  }
  void on_finish_impl(ErrorCode&) override {}

  ResponseHead& head_;
  std::span<std::byte> place_;
};

ResponseReader::ResponseReader(const Limits& limits, bool to_head) : limits_(limits), to_head_(to_head) {
  limits_.header_bytes = std::clamp<std::size_t>(limits_.header_bytes, kLeastHeader, std::size_t{1} << 30);
}
ResponseReader::~ResponseReader() = default;

std::span<std::byte> ResponseReader::room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, waiting());
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == capacity_ || (std::exchange(filled_, false) && capacity_ < kMostRoom)) grow();
  return {buffer_.get() + end_, capacity_ - end_};
}

void ResponseReader::grow() {
  const std::size_t larger = std::max(kFirstRoom, capacity_ * 2);
  auto grown = std::make_unique_for_overwrite<std::byte[]>(larger);
  std::copy_n(buffer_.get(), end_, grown.get());
  buffer_ = std::move(grown);
  capacity_ = larger;
}

std::string_view ResponseReader::text() const noexcept {
  return {reinterpret_cast<const char*>(buffer_.get()) + begin_, waiting()};
}

void ResponseReader::received(std::size_t bytes) noexcept {
  end_ += bytes;
  filled_ = end_ == capacity_;
  if (bytes != 0) begun_ = true;
}

void ResponseReader::ended() {
  if (complete()) return;
  if (body_ == Body::until_close && begin_ == end_) {
    body_ = Body::complete;
    return;
  }
  if (body_ == Body::until_close) return;  // what waits is read first
  throw Error(kTruncated, body_ == Body::unknown ? "the connection was closed within the head of the response"
                                                 : "the connection was closed before the end of the body");
}

bool ResponseReader::read_head() {
  for (;;) {
    if (parser_ == nullptr) {
      parser_ = std::make_unique<Parser>(head_, limits_.header_bytes, to_head_);
      head_start_ = head_bytes_;
      checked_ = 0;
    }
    if (head_bytes_ == head_start_ && !prepare_status_line()) return false;
    ErrorCode error;
    const std::size_t parsed = parser_->put({buffer_.get() + begin_, waiting()}, error);
    begin_ += parsed;
    head_bytes_ += parsed;
    if (parsed != 0) checked_ = 0;
    const bool more = error == beast::http::error::need_more;
    if (error == beast::http::error::header_limit || head_bytes_ + (more ? waiting() : 0) > limits_.header_bytes) {
      header_too_long(limits_.header_bytes);
    }
    if (more) {
      check_part_of_head(head_bytes_ != head_start_);
      return false;
    }
    if (error) malformed(error.message());
    if (!parser_->is_header_done()) continue;
    if (head_.status / 100 != 1) break;
    if (head_.status == 101) throw Error(kProtocol, "the peer switches protocols, which nobody asked for");
    head_ = {};
    parser_ = nullptr;
  }
  begin_body();
  return true;
}

// A server may leave out the reason with the space before it. Beast wants the space.
bool ResponseReader::prepare_status_line() {
  const std::string_view line = text();
  if (line.size() <= kBegin.size() || line[kBegin.size()] != '\r') return true;
  if (line.size() == kBegin.size() + 1) {
    check_part_of_head(false);
    return false;
  }
  if (line[kBegin.size() + 1] != '\n') return true;
  if (end_ == capacity_) grow();
  std::byte* const place = buffer_.get() + begin_ + kBegin.size();
  std::memmove(place + 1, place, waiting() - kBegin.size());
  *place = std::byte{' '};
  ++end_;
  return true;
}

// Beast looks for the end of the head first. What can never become one must not be waited for.
void ResponseReader::check_part_of_head(bool status_line_read) {
  const std::string_view part = text();
  for (std::size_t i = 0; !status_line_read && i < std::min(part.size(), kBegin.size()); ++i) {
    const char c = part[i];
    const bool digit = c >= '0' && c <= '9';
    const bool fits = kBegin[i] == 'd' ? digit : kBegin[i] == 'v' ? c == '0' || c == '1' : c == kBegin[i];
    if (!fits) malformed("it does not begin with HTTP/1.1 and a status");
  }
  for (std::size_t at = checked_; (at = part.find('\n', at)) != part.npos; ++at) {
    if (at == 0 || part[at - 1] != '\r') malformed("a line ends without a carriage return");
  }
  checked_ = part.size();
}

void ResponseReader::begin_body() {
  if (head_.status < 200) throw Error(kProtocol, "the response has the status " + std::to_string(head_.status));
  keep_alive_ = parser_->keep_alive();
  if (const auto length = parser_->content_length()) head_.content_length = *length;
  // Somebody on the way may have framed it by the one, somebody else by the other: RFC 9112, 6.3. Beast minds for chunks only.
  if (head_.content_length && head_.field("transfer-encoding")) {
    throw Error(kProtocol, "the response has both a length and a transfer coding");
  }
  if (parser_->is_done()) {
    body_ = Body::complete;
  } else if (parser_->chunked()) {
    body_ = Body::chunked;
    return;
  } else if (head_.content_length) {
    if (*head_.content_length > limits_.body_bytes) body_too_long(limits_.body_bytes);
    left_ = *head_.content_length;
    body_ = Body::length;
  } else {
    body_ = Body::until_close;
  }
  parser_ = nullptr;
}

std::size_t ResponseReader::read_body(std::span<std::byte> into) {
  if (complete() || waiting() == 0) return 0;
  const std::size_t bytes = body_ == Body::chunked ? parse_chunks(into) : copy_body(into);
  count(bytes);
  return bytes;
}

std::size_t ResponseReader::copy_body(std::span<std::byte> into) {
  std::size_t bytes = std::min(into.size(), waiting());
  if (body_ == Body::length) bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, left_));
  std::memcpy(into.data(), buffer_.get() + begin_, bytes);
  begin_ += bytes;
  return bytes;
}

std::size_t ResponseReader::parse_chunks(std::span<std::byte> into) {
  parser_->take_into(into);
  while (waiting() != 0) {
    const std::size_t taken = parser_->taken;
    ErrorCode error;
    const std::size_t parsed = parser_->put({buffer_.get() + begin_, waiting()}, error);
    begin_ += parsed;
    const bool more = error == beast::http::error::need_more;
    const std::size_t given = parser_->taken - taken;
    between_ += parsed - given;
    if (error == beast::http::error::header_limit || between_ + (more ? waiting() : 0) > limits_.header_bytes) {
      throw Error(kHeaderLimit, "between parts of the body, or after it, are more than " +
                                    std::to_string(limits_.header_bytes) + " bytes");
    }
    if (given != 0) between_ = 0;
    if (parser_->is_done()) {
      body_ = Body::complete;
      break;
    }
    if (more) break;
    if (error) throw Error(kProtocol, "the body of the response is malformed: " + error.message());
    if (parsed == 0 && parser_->taken == taken && taken == into.size()) break;  // no place for more
  }
  return parser_->taken;
}

std::size_t ResponseReader::direct(std::size_t wanted) const noexcept {
  if (begin_ != end_) return 0;
  if (body_ == Body::until_close) return wanted;
  return body_ == Body::length ? static_cast<std::size_t>(std::min<std::uint64_t>(wanted, left_)) : 0;
}

void ResponseReader::received_direct(std::size_t bytes) { count(bytes); }

void ResponseReader::count(std::size_t bytes) {
  given_ += bytes;
  if (given_ > limits_.body_bytes) body_too_long(limits_.body_bytes);
  if (body_ != Body::length) return;
  left_ -= bytes;
  if (left_ == 0) body_ = Body::complete;
}

}  // namespace heddle::http
