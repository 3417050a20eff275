#include "native/io/copy_file.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "native/io/path_call.hpp"

namespace heddle::io {

namespace {

// How much is copied between two looks at whether it is still wanted.
constexpr std::size_t kStepBytes = std::size_t{64} << 20;
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0) noexcept
      : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, mode)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

int write_all(int to, const char* bytes, std::size_t count) noexcept {
  while (count > 0) {
    const ssize_t written = ::write(to, bytes, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return 0;
}

// For file systems that don't copy inside of the kernel, and files such as those of /proc that have no length.
int copy_through_memory(int from, int to, const std::atomic<bool>& cancelled) {
  const auto buffer = std::make_unique<char[]>(kBufferBytes);
  for (;;) {
    if (cancelled.load(std::memory_order_relaxed)) return -ECANCELED;
    const ssize_t count = ::read(from, buffer.get(), kBufferBytes);
    if (count == 0) return 0;
    if (count < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    if (const int error = write_all(to, buffer.get(), static_cast<std::size_t>(count))) return error;
  }
}

int copy_bytes(int from, int to, const std::atomic<bool>& cancelled) {
  bool copied = false;
  for (;;) {
    if (cancelled.load(std::memory_order_relaxed)) return -ECANCELED;
    const ssize_t count = ::copy_file_range(from, nullptr, to, nullptr, kStepBytes, 0);
    if (count > 0) {
      copied = true;
    } else if (count == 0) {
      return copied ? 0 : copy_through_memory(from, to, cancelled);
    } else if (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS || errno == EPERM) {
      return copy_through_memory(from, to, cancelled);
    } else if (errno != EINTR) {
      return -errno;
    }
  }
}

int fill(int from, int to, const struct stat& source, int flags, const std::atomic<bool>& cancelled) {
  if (::fchmod(to, source.st_mode) != 0) return -errno;
  // Some never end. As Node, which goes by their size.
  if (S_ISCHR(source.st_mode) || S_ISBLK(source.st_mode)) return 0;
  if ((flags & (kCopyClone | kCopyCloneForce)) != 0) {
    if (::ioctl(to, FICLONE, from) == 0) return 0;
    if ((flags & kCopyCloneForce) != 0) return errno == ENOTTY || errno == EOPNOTSUPP ? -ENOTSUP : -errno;
  }
  return copy_bytes(from, to, cancelled);
}

}  // namespace

std::int64_t copy_file(const std::string& from, const std::string& to, int flags, const std::atomic<bool>& cancelled) {
  const Descriptor source(from, O_RDONLY);
  struct stat copied{};
  if (source.fd() < 0 || ::fstat(source.fd(), &copied) != 0) return -errno;
  if (S_ISDIR(copied.st_mode)) return -EISDIR;
  const bool exclusive = (flags & kCopyExclusive) != 0;
  const Descriptor target(to, O_WRONLY | O_CREAT | (exclusive ? O_EXCL : 0), copied.st_mode & 07777);
  if (target.fd() < 0) return -errno;
  struct stat there{};
  if (::fstat(target.fd(), &there) != 0) return -errno;
  if (there.st_dev == copied.st_dev && there.st_ino == copied.st_ino) return 0;
  if (!exclusive && ::ftruncate(target.fd(), 0) != 0 && S_ISREG(there.st_mode)) return -errno;
  const int error = fill(source.fd(), target.fd(), copied, flags, cancelled);
  // A part of the bytes is no copy; what is no regular file was there before, and is not this call's.
  if (error != 0 && S_ISREG(there.st_mode)) ::unlink(to.c_str());
  return error;
}

}  // namespace heddle::io
