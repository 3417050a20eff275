#include "native/io/remove_tree.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "native/io/list_folder.hpp"

namespace heddle::io {

namespace {

// Somebody else may be removing the same.
bool gone(int returned) noexcept { return returned == 0 || errno == ENOENT; }

struct Folder {
  std::string path;
  std::vector<FolderEntry> left{};
  bool listed = false;
};

// Removes the folder if it is empty, else puts what is in it on its list. Not found any more: nothing is left to do.
PathOutcome enter(Folder& folder) {
  folder.listed = true;
  if (gone(::rmdir(folder.path.c_str()))) {
    folder.path.clear();
    return {};
  }
  if (errno != ENOTEMPTY && errno != EEXIST) return failed_at(errno, "rmdir", folder.path);
  const int error = entries_of(folder.path, false, folder.left);
  if (error != 0 && error != ENOENT) return failed_at(error, "scandir", folder.path);
  return {};
}

PathOutcome remove_folder(std::string path, const std::atomic<bool>& cancelled) {
  std::vector<Folder> folders;  // each inside of the one before
  folders.push_back({std::move(path)});
  while (!folders.empty()) {
    if (cancelled.load(std::memory_order_relaxed)) return {.result = -ECANCELED};
    Folder& folder = folders.back();
    if (!folder.listed) {
      PathOutcome entered = enter(folder);
      if (entered.result < 0) return entered;
      if (folder.path.empty()) folders.pop_back();
    } else if (folder.left.empty()) {
      if (!gone(::rmdir(folder.path.c_str()))) return failed_at(errno, "rmdir", folder.path);
      folders.pop_back();
    } else {
      const FolderEntry entry = std::move(folder.left.back());
      folder.left.pop_back();
      std::string inner = folder.path + '/' + entry.name;
      if (entry.kind != EntryKind::folder) {
        if (gone(::unlink(inner.c_str()))) continue;
        if (errno != EISDIR) return failed_at(errno, "unlink", inner);
      }
      folders.push_back({std::move(inner)});
    }
  }
  return {};
}

}  // namespace

PathOutcome remove_tree(const std::string& path, int flags, const std::atomic<bool>& cancelled) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT && (flags & kForce) != 0) return {};
    return failed_at(errno, "lstat", path);
  }
  if (S_ISDIR(found.st_mode)) {
    if ((flags & kRecursive) == 0) return failed_at(EISDIR, "rm", path);
    return remove_folder(path, cancelled);
  }
  if (!gone(::unlink(path.c_str()))) return failed_at(errno, "unlink", path);
  return {};
}

}  // namespace heddle::io
