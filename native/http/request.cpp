#include "native/http/request.hpp"

#include <algorithm>
#include <stdexcept>

namespace heddle::http {

namespace {

bool is_token(char c) noexcept {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         others.find(c) != std::string_view::npos;
}

bool is_text(char c) noexcept { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); }

}  // namespace

void add_field(std::string& fields, std::string_view name, std::string_view value) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token)) {
    throw std::invalid_argument("the name of an HTTP field is not a token");
  }
  if (!std::all_of(value.begin(), value.end(), is_text)) {
    throw std::invalid_argument("the value of an HTTP field has a control character");
  }
  fields.append(name).append(": ").append(value).append("\r\n");
}

std::string write_head(const Request& request) {
  std::string head;
  head.reserve(request.method.size() + request.target.size() + request.authority.size() + request.fields.size() + 64);
  head.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  head.append(request.authority).append("\r\n").append(request.fields);
  if (request.has_body) head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  return head.append("\r\n");
}

}  // namespace heddle::http
