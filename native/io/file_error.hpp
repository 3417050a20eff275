#pragma once

#include <string>
#include <system_error>
#include <utility>

namespace heddle::io {

// A system call on a file has failed, and which call and file that was. To JavaScript it is what node:fs would throw.
class FileError : public std::system_error {
 public:
  FileError(std::error_code error, std::string call, std::string path)
      : std::system_error(error, call + " '" + path + "'"), call_(std::move(call)), path_(std::move(path)) {}

  [[nodiscard]] const std::string& call() const noexcept { return call_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string call_;
  std::string path_;
};

}  // namespace heddle::io
