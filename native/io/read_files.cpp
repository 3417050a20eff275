#include "native/io/read_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace heddle::io {

namespace {

std::int64_t read_whole(int fd, std::size_t length, std::string& into) {
  const std::size_t start = into.size();
  into.resize(start + length);
  std::size_t filled = 0;
  while (filled < length) {
    const ssize_t count = ::read(fd, into.data() + start + filled, length - filled);
    if (count == 0) break;
    if (count > 0) {
      filled += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      into.resize(start);
      return -errno - kReadFailed;
    }
  }
  into.resize(start + filled);
  return static_cast<std::int64_t>(filled);
}

// A FIFO is not even opened here: its writer would come, find no reader, and lose what it writes. O_NONBLOCK: nor is one waited
// for that has just taken the file's place.
std::int64_t read_one(const char* path, std::string& into) {
  struct stat found{};
  if (::stat(path, &found) != 0) return -errno;
  const bool directory = S_ISDIR(found.st_mode);
  if (!directory && (!S_ISREG(found.st_mode) || found.st_size == 0 || found.st_size > static_cast<off_t>(kSmallFile))) {
    return kNotSmall;
  }
  int fd = -1;
  do {
    fd = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return -errno;
  const std::int64_t result =
      directory ? -EISDIR - kReadFailed : read_whole(fd, static_cast<std::size_t>(found.st_size), into);
  ::close(fd);
  return result;
}

}  // namespace

PathOutcome read_files(const std::string& paths, const std::atomic<bool>& cancelled) {
  PathOutcome outcome;
  for (std::size_t at = 0; at < paths.size(); at = paths.find('\0', at) + 1) {
    if (cancelled.load(std::memory_order_relaxed)) return {.result = -ECANCELED};
    const std::size_t header = outcome.bytes.size();
    outcome.bytes.append(sizeof(std::int64_t), '\0');
    const std::int64_t result = read_one(paths.c_str() + at, outcome.bytes);
    outcome.bytes.replace(header, sizeof result, reinterpret_cast<const char*>(&result), sizeof result);
  }
  return outcome;
}

}  // namespace heddle::io
