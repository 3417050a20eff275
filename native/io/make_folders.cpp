#include "native/io/make_folders.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <vector>

namespace heddle::io {

PathOutcome make_folders(const std::string& path, std::uint32_t mode) {
  PathOutcome outcome;
  std::vector<std::string> missing{path};  // each below the next
  while (!missing.empty()) {
    const std::string folder = std::move(missing.back());
    missing.pop_back();
    if (::mkdir(folder.c_str(), mode) == 0) {
      if (outcome.bytes.empty()) outcome.bytes = folder;
      continue;
    }
    const int error = errno;
    if (error == EINTR) {
      missing.push_back(folder);
    } else if (error == EACCES || error == ENOTDIR || error == EPERM) {
      return {.result = -error};
    } else if (error == ENOENT) {
      std::string above = folder.substr(0, folder.find_last_of('/'));
      if (above == folder || above.empty()) return {.result = -ENOENT};
      missing.push_back(folder);
      missing.push_back(std::move(above));
    } else {
      struct stat found{};
      if (::stat(folder.c_str(), &found) != 0) {
        // A link that leads nowhere is in the way.
        return errno == ENOENT ? failed_at(ENOTDIR, "mkdir", folder) : PathOutcome{.result = -errno};
      }
      if (!S_ISDIR(found.st_mode)) return {.result = error == EEXIST && !missing.empty() ? -ENOTDIR : -EEXIST};
    }
  }
  return outcome;
}

}  // namespace heddle::io
