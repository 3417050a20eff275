#include "native/io/path_call.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "native/io/copy_file.hpp"
#include "native/io/list_folder.hpp"
#include "native/io/make_folders.hpp"
#include "native/io/read_files.hpp"
#include "native/io/read_folder.hpp"
#include "native/io/remove_tree.hpp"

namespace heddle::io {

namespace {

// A signal that is meant for another thread's call interrupts this one too.
template <class Call>
PathOutcome repeated(Call call) {
  for (;;) {
    const auto returned = call();
    if (returned >= 0) return {.result = returned};
    if (errno != EINTR) return {.result = -errno};
  }
}

// What the C library gives back as a string of its own, or null.
PathOutcome taken(char* text) {
  if (text == nullptr) return {.result = -errno};
  const std::unique_ptr<char, void (*)(void*)> owned(text, &std::free);
  return {.bytes = owned.get()};
}

// To microseconds, as Node sets them.
timespec time_of(double seconds) noexcept {
  const double whole = std::floor(seconds);
  const auto nanoseconds = static_cast<long>((seconds - whole) * 1e9);
  return {.tv_sec = static_cast<time_t>(whole), .tv_nsec = nanoseconds - nanoseconds % 1000};
}

PathOutcome read_link(const std::string& path) {
  std::string name(256, '\0');
  for (;;) {
    const ssize_t length = ::readlink(path.c_str(), name.data(), name.size());
    if (length < 0) return {.result = -errno};
    if (static_cast<std::size_t>(length) < name.size()) {
      name.resize(static_cast<std::size_t>(length));
      return {.bytes = std::move(name)};
    }
    name.resize(name.size() * 2);
  }
}

PathOutcome file_system(const std::string& path) {
  struct statfs found{};
  PathOutcome outcome = repeated([&] { return ::statfs(path.c_str(), &found); });
  if (outcome.result < 0) return outcome;
  for (const auto number : {static_cast<std::uint64_t>(found.f_type), static_cast<std::uint64_t>(found.f_bsize),
                            static_cast<std::uint64_t>(found.f_blocks), static_cast<std::uint64_t>(found.f_bfree),
                            static_cast<std::uint64_t>(found.f_bavail), static_cast<std::uint64_t>(found.f_files),
                            static_cast<std::uint64_t>(found.f_ffree)}) {
    outcome.bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  return outcome;
}

PathOutcome make_temporary(std::string name) {
  name += "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return failed_at(errno, "mkdtemp", name);
  return {.bytes = std::move(name)};
}

// For reading too: such an open of a FIFO does not wait.
PathOutcome truncate(const PathRequest& request) {
  const auto length = static_cast<off_t>(request.x);
  if (request.fd >= 0) return repeated([&] { return ::ftruncate(request.fd, length); });
  const int fd = ::open(request.path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return failed_at(errno, "open", request.path);
  const PathOutcome outcome = repeated([&] { return ::ftruncate(fd, length); });
  ::close(fd);
  return outcome.result < 0 ? failed_at(static_cast<int>(-outcome.result), "ftruncate") : outcome;
}

PathOutcome change_owner(const PathRequest& request) {
  const auto user = static_cast<uid_t>(static_cast<std::int64_t>(request.x));
  const auto group = static_cast<gid_t>(static_cast<std::int64_t>(request.y));
  return repeated([&] {
    if (request.fd >= 0) return ::fchown(request.fd, user, group);
    return ::fchownat(AT_FDCWD, request.path.c_str(), user, group,
                      (request.flags & kNoFollow) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
  });
}

PathOutcome set_times(const PathRequest& request) {
  constexpr double kTimesEnd = 0x1p63;
  if (!(std::abs(request.x) < kTimesEnd && std::abs(request.y) < kTimesEnd)) return {.result = -EINVAL};
  const timespec times[]{time_of(request.x), time_of(request.y)};
  return repeated([&] {
    if (request.fd >= 0) return ::futimens(request.fd, times);
    return ::utimensat(AT_FDCWD, request.path.c_str(), times,
                       (request.flags & kNoFollow) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
  });
}

}  // namespace

PathOutcome failed_at(int error, const char* call) { return {.result = -error, .bytes = call}; }

PathOutcome failed_at(int error, const char* call, const std::string& path) {
  return {.result = -error, .bytes = std::string(call) + '\0' + path};
}

PathOutcome carry_out(const PathRequest& request, const std::atomic<bool>& cancelled) {
  const char* const path = request.path.c_str();
  const char* const second = request.second.c_str();
  switch (request.call) {
    case PathCall::rename:
      return repeated([&] { return ::rename(path, second); });
    case PathCall::unlink:
      return repeated([&] { return ::unlink(path); });
    case PathCall::mkdir:
      return repeated([&] { return ::mkdir(path, request.mode); });
    case PathCall::mkdirs:
      return make_folders(request.path, request.mode);
    case PathCall::rmdir:
      return repeated([&] { return ::rmdir(path); });
    case PathCall::rm:
      return remove_tree(request.path, request.flags, cancelled);
    case PathCall::readdir:
      return list_folder(request.path, request.flags, cancelled);
    case PathCall::access:
      return repeated([&] { return ::access(path, request.flags); });
    case PathCall::truncate:
      return truncate(request);
    case PathCall::link:
      return repeated([&] { return ::link(path, second); });
    case PathCall::symlink:
      return repeated([&] { return ::symlink(path, second); });
    case PathCall::readlink:
      return read_link(request.path);
    case PathCall::mkdtemp:
      return make_temporary(request.path);
    case PathCall::realpath:
      return taken(::realpath(path, nullptr));
    case PathCall::chmod:
      return repeated(
          [&] { return request.fd >= 0 ? ::fchmod(request.fd, request.mode) : ::chmod(path, request.mode); });
    case PathCall::chown:
      return change_owner(request);
    case PathCall::utimes:
      return set_times(request);
    case PathCall::copy_file:
      return {.result = copy_file(request.path, request.second, request.flags, cancelled)};
    case PathCall::fallocate:
      return repeated([&] {
        return ::fallocate(request.fd, request.flags, static_cast<off_t>(request.x), static_cast<off_t>(request.y));
      });
    case PathCall::read_files:
      return read_files(request.path, (request.flags & kTogether) != 0, cancelled);
    case PathCall::statfs:
      return file_system(request.path);
    case PathCall::read_folder:
      return read_folder(request.fd, static_cast<std::size_t>(request.x));
  }
  return {.result = -ENOSYS};
}

}  // namespace heddle::io
