#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace heddle {

// An error that callers tell from others by its code: a stable name such as ERR_NOT_A_FILE. The message is for people. To
// JavaScript it is an Error with that `code`.
class TypedError : public std::runtime_error {
 public:
  TypedError(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}

  [[nodiscard]] const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

}  // namespace heddle
