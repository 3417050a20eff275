#pragma once

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cstddef>
#include <initializer_list>

namespace heddle::bridge {

// The order in which a stat crosses to JavaScript; lib/fs/stats.ts reads it. Times are seconds and nanoseconds.
inline constexpr std::size_t kStatNumbers = 18;

template <class Number>
void write_stat(const struct statx& from, Number* into) noexcept {
  const auto put = [&into](auto value) { *into++ = static_cast<Number>(value); };
  put(makedev(from.stx_dev_major, from.stx_dev_minor));
  put(from.stx_mode);
  put(from.stx_nlink);
  put(from.stx_uid);
  put(from.stx_gid);
  put(makedev(from.stx_rdev_major, from.stx_rdev_minor));
  put(from.stx_blksize);
  put(from.stx_ino);
  put(from.stx_size);
  put(from.stx_blocks);
  for (const statx_timestamp& time : {from.stx_atime, from.stx_mtime, from.stx_ctime, from.stx_btime}) {
    put(time.tv_sec);
    put(time.tv_nsec);
  }
}

}  // namespace heddle::bridge
