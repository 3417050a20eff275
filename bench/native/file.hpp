#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {

[[noreturn]] inline void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

// A file opened for reading.
class File {
 public:
  explicit File(const char* path) : fd_(::open(path, O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) fail(errno, path);
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

  [[nodiscard]] std::size_t size() const {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) fail(errno, "fstat");
    return static_cast<std::size_t>(status.st_size);
  }

  // Fills all of [data, data + length) from `offset`.
  void read(char* data, std::size_t length, std::size_t offset) const {
    while (length > 0) {
      const ssize_t count = ::pread(fd_, data, length, static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail(errno, "pread");
      if (count == 0) throw std::runtime_error("the file is shorter than it was");
      data += count;
      length -= static_cast<std::size_t>(count);
      offset += static_cast<std::size_t>(count);
    }
  }

 private:
  int fd_;
};

}  // namespace bench
