#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace heddle::io {

// Calls on paths and open files for which a thread is needed: the ring lacks them, or gives them to a worker of its own
// at once. The numbers cross from JavaScript; lib/bridge/layout.ts has the same.
enum class PathCall : std::int32_t {
  rename = 1,   // path, second
  unlink,       // path
  mkdir,        // path, mode
  mkdirs,       // path, mode; bytes: the first folder that was made, or nothing
  rmdir,        // path
  rm,           // path, flags: kForce, kRecursive
  readdir,      // path, flags: kRecursive, kWithTypes; bytes: see list_folder.hpp
  access,       // path, flags: R_OK, W_OK, X_OK
  truncate,     // path, or fd; x: bytes
  link,         // path, second
  symlink,      // path: what the link says; second: where it is
  readlink,     // path; bytes: what the link says
  mkdtemp,      // path: the name without its last six characters; bytes: the whole name
  realpath,     // path; bytes: the path
  chmod,        // path, or fd; mode
  chown,        // path, or fd; x: user, y: group; flags: kNoFollow
  utimes,       // path, or fd; x: access time, y: modification time, in seconds; flags: kNoFollow
  copy_file,    // path, second, flags: those of COPYFILE_*
  fallocate,    // fd, x: offset, y: bytes, flags: those of fallocate(2)
  read_files,   // path: many, each ended by NUL; flags: kTogether; bytes: see read_files.hpp
  statfs,       // path; bytes: seven numbers of 64 bits: type, bsize, blocks, bfree, bavail, files, ffree
  read_folder,  // fd, x: how many bytes of entries at most; bytes: see read_folder.hpp
};

inline constexpr int kForce = 1;      // what is not there is no error
inline constexpr int kRecursive = 2;  // with all that is below
inline constexpr int kWithTypes = 4;  // names of links are not followed to see whether they lead to folders
inline constexpr int kNoFollow = 8;   // the link itself, not what it leads to
inline constexpr int kTogether = 16;  // many files in one system call, where there is a ring

inline constexpr int kCopyExclusive = 1;   // COPYFILE_EXCL: fails when the destination is there
inline constexpr int kCopyClone = 2;       // COPYFILE_FICLONE: shares the blocks where the file system can
inline constexpr int kCopyCloneForce = 4;  // COPYFILE_FICLONE_FORCE: fails where it can't

struct PathRequest {
  PathCall call{};
  int fd = -1;  // where it is not negative, the call is on this open file
  int flags = 0;
  std::uint32_t mode = 0;
  double x = 0;
  double y = 0;
  std::string path{};
  std::string second{};
};

struct PathOutcome {
  std::int64_t result = 0;  // what the system call returned, or -errno
  // Of a success: as the call says. Of a failure inside of a call that makes many: the system call that failed, as Node
  // names it, then NUL, then its path, if it has one.
  std::string bytes{};
};

// Makes the call on this thread and returns its outcome; throws nothing but std::bad_alloc. It never waits for another
// process, so a FIFO is not waited for. Long calls look at `cancelled` between their steps and end with -ECANCELED.
[[nodiscard]] PathOutcome carry_out(const PathRequest& request, const std::atomic<bool>& cancelled);

// The outcome of one step of a call that makes many: on no path, or on that one.
[[nodiscard]] PathOutcome failed_at(int error, const char* call);
[[nodiscard]] PathOutcome failed_at(int error, const char* call, const std::string& path);

}  // namespace heddle::io
