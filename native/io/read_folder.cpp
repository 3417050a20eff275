#include "native/io/read_folder.hpp"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "native/io/entry_kind.hpp"

namespace heddle::io {

PathOutcome read_folder(int fd, std::size_t bytes) {
  PathOutcome outcome;
  const auto buffer = std::make_unique<char[]>(bytes);
  while (outcome.bytes.empty()) {
    // glibc before 2.30 has no function for it.
    const auto filled = ::syscall(SYS_getdents64, fd, buffer.get(), bytes);
    if (filled == 0 || (filled < 0 && errno == ENOENT)) break;
    if (filled < 0) return {.result = -errno};
    for (long at = 0; at < filled;) {
      const auto& entry = *reinterpret_cast<const dirent64*>(buffer.get() + at);
      at += entry.d_reclen;
      const std::string_view name = entry.d_name;
      if (name == "." || name == "..") continue;
      outcome.bytes.append(1, digit_of(kind_of(fd, entry.d_name, entry.d_type))).append(name).push_back('\0');
    }
  }
  return outcome;
}

}  // namespace heddle::io
