#include "native/io/entry_kind.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace heddle::io {

namespace {

EntryKind kind_of(mode_t mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return EntryKind::file;
    case S_IFDIR:
      return EntryKind::folder;
    case S_IFLNK:
      return EntryKind::link;
    case S_IFIFO:
      return EntryKind::fifo;
    case S_IFSOCK:
      return EntryKind::socket;
    case S_IFCHR:
      return EntryKind::character;
    case S_IFBLK:
      return EntryKind::block;
    default:
      return EntryKind::unknown;
  }
}

}  // namespace

EntryKind kind_of(int folder, const char* name, unsigned char type) noexcept {
  if (type != DT_UNKNOWN) return kind_of(static_cast<mode_t>(DTTOIF(type)));
  struct stat found{};
  if (::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) return EntryKind::unknown;
  return kind_of(found.st_mode);
}

}  // namespace heddle::io
