#include "native/io/read_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "native/io/file_ring.hpp"

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

constexpr int kFlags = O_RDONLY | O_NONBLOCK;

// What a path leads to: how long the small file is that is to be read, or else the result. A FIFO is not even opened here: its
// writer would come, find no reader, and lose what it writes. O_NONBLOCK: nor is one waited for that has just taken the file's place.
struct Found {
  std::int64_t result = 0;
  std::size_t length = 0;  // 0: there is nothing to read
};

Found find(const char* path) noexcept {
  struct stat found{};
  if (::stat(path, &found) != 0) return {.result = -errno};
  if (S_ISDIR(found.st_mode)) {
    const int fd = ::open(path, kFlags | O_CLOEXEC);
    if (fd < 0) return {.result = -errno};
    ::close(fd);
    return {.result = -EISDIR - kReadFailed};
  }
  if (!S_ISREG(found.st_mode) || found.st_size == 0 || found.st_size > static_cast<off_t>(kSmallFile)) {
    return {.result = kNotSmall};
  }
  return {.length = static_cast<std::size_t>(found.st_size)};
}

std::int64_t read_one(const char* path, std::string& into) {
  const Found found = find(path);
  if (found.length == 0) return found.result;
  int fd = -1;
  do {
    fd = ::open(path, kFlags | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return -errno;
  const std::int64_t result = read_whole(fd, found.length, into);
  ::close(fd);
  return result;
}

void put_result(char* at, std::int64_t result) noexcept { std::memcpy(at, &result, sizeof result); }

// A few files of which all are opened, then all read, then all closed. False: the ring takes nothing, and nothing has changed.
class Together {
 public:
  Together(FileRing& ring, std::span<const char* const> paths) noexcept : ring_(ring), paths_(paths) {}

  [[nodiscard]] bool read(std::string& into) {
    const std::size_t start = into.size();
    std::size_t end = start;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      const Found found = find(paths_[i]);
      files_[i] = {.result = found.result, .start = end + kHeader, .length = found.length, .filled = 0};
      end += kHeader + found.length;
    }
    into.resize(end);
    const bool done = open() && fill(into.data()) && close();
    into.resize(done ? gather(into.data(), start) : start);
    return done;
  }

 private:
  static constexpr std::size_t kHeader = sizeof(std::int64_t);

  struct File {
    std::int64_t result = 0;
    std::size_t start = 0;   // of its content
    std::size_t length = 0;  // 0: it is not, or no longer, to be read
    std::size_t filled = 0;
  };

  bool open() noexcept {
    for (unsigned i = 0; i < paths_.size(); ++i) {
      if (files_[i].length != 0) ring_.open(i, paths_[i], kFlags);
    }
    if (!ring_.carry_out()) return false;
    for (unsigned i = 0; i < paths_.size(); ++i) {
      if (files_[i].length == 0) continue;
      opened_[i] = ring_.result(i) >= 0;
      if (!opened_[i]) files_[i] = {.result = ring_.result(i)};
    }
    return true;
  }

  bool fill(char* bytes) noexcept {
    for (bool more = true; more;) {
      more = false;
      for (unsigned i = 0; i < paths_.size(); ++i) {
        const File& file = files_[i];
        if (file.filled == file.length) continue;
        ring_.read(i, reinterpret_cast<std::byte*>(bytes) + file.start + file.filled, file.length - file.filled,
                   file.filled);
        more = true;
      }
      if (!ring_.carry_out()) return false;
      for (unsigned i = 0; i < paths_.size(); ++i) {
        if (files_[i].filled != files_[i].length) take(files_[i], ring_.result(i));
      }
    }
    return true;
  }

  static void take(File& file, std::int64_t count) noexcept {
    if (count > 0) {
      file.filled += static_cast<std::size_t>(count);
    } else if (count == 0) {
      file.length = file.filled;  // it has become shorter
    } else if (count != -EINTR) {
      file.result = count - kReadFailed;
      file.length = file.filled = 0;
    }
  }

  bool close() noexcept {
    for (unsigned i = 0; i < paths_.size(); ++i) {
      if (opened_[i]) ring_.close(i);
    }
    return ring_.carry_out();
  }

  // Moves together what did not come whole, and writes the headers. Returns the end.
  std::size_t gather(char* bytes, std::size_t end) noexcept {
    for (const File& file : std::span(files_).first(paths_.size())) {
      put_result(bytes + end, file.filled != 0 ? static_cast<std::int64_t>(file.filled) : file.result);
      end += kHeader;
      if (file.filled != 0 && file.start != end) std::memmove(bytes + end, bytes + file.start, file.filled);
      end += file.filled;
    }
    return end;
  }

  FileRing& ring_;
  std::span<const char* const> paths_;
  std::array<File, FileRing::kFiles> files_{};
  std::array<bool, FileRing::kFiles> opened_{};
};

}  // namespace

PathOutcome read_files(const std::string& paths, bool together, const std::atomic<bool>& cancelled) {
  std::vector<const char*> names;
  for (std::size_t at = 0; at < paths.size(); at = paths.find('\0', at) + 1) names.push_back(paths.c_str() + at);
  PathOutcome outcome;
  FileRing* ring = together ? FileRing::here() : nullptr;
  for (std::span<const char* const> left(names); !left.empty();) {
    if (cancelled.load(std::memory_order_relaxed)) return {.result = -ECANCELED};
    if (ring != nullptr) {
      const auto some = left.first(std::min<std::size_t>(left.size(), FileRing::kFiles));
      if (Together(*ring, some).read(outcome.bytes)) {
        left = left.subspan(some.size());
        continue;
      }
      ring = nullptr;
    }
    const std::size_t header = outcome.bytes.size();
    outcome.bytes.append(sizeof(std::int64_t), '\0');
    const std::int64_t result = read_one(left.front(), outcome.bytes);
    put_result(outcome.bytes.data() + header, result);
    left = left.subspan(1);
  }
  return outcome;
}

}  // namespace heddle::io
