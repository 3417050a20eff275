#include "native/bridge/stat_numbers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

namespace heddle::bridge {

namespace {

struct statx sample() {
  struct statx from{};
  from.stx_dev_major = 8;
  from.stx_dev_minor = 3;
  from.stx_mode = 0100644;
  from.stx_nlink = 2;
  from.stx_uid = 1000;
  from.stx_gid = 1001;
  from.stx_rdev_major = 1;
  from.stx_rdev_minor = 5;
  from.stx_blksize = 4096;
  from.stx_ino = (std::uint64_t{1} << 60) + 1;
  from.stx_size = 123'456;
  from.stx_blocks = 248;
  from.stx_atime = {.tv_sec = -1, .tv_nsec = 999'999'999, .__reserved = 0};
  from.stx_mtime = {.tv_sec = 2, .tv_nsec = 20, .__reserved = 0};
  from.stx_ctime = {.tv_sec = 3, .tv_nsec = 30, .__reserved = 0};
  from.stx_btime = {.tv_sec = 4, .tv_nsec = 40, .__reserved = 0};
  return from;
}

TEST_CASE("stat numbers: the order in which they cross, and nothing beyond") {
  std::array<std::int64_t, kStatNumbers + 1> numbers{};
  numbers.back() = 77;
  write_stat(sample(), numbers.data());
  const std::array<std::int64_t, kStatNumbers + 1> expected{static_cast<std::int64_t>(makedev(8, 3)),
                                                            0100644,
                                                            2,
                                                            1000,
                                                            1001,
                                                            static_cast<std::int64_t>(makedev(1, 5)),
                                                            4096,
                                                            (std::int64_t{1} << 60) + 1,
                                                            123'456,
                                                            248,
                                                            -1,
                                                            999'999'999,
                                                            2,
                                                            20,
                                                            3,
                                                            30,
                                                            4,
                                                            40,
                                                            77};
  CHECK(numbers == expected);
}

TEST_CASE("stat numbers: as doubles they are what Node gives, rounded where doubles must") {
  std::array<double, kStatNumbers> numbers{};
  write_stat(sample(), numbers.data());
  CHECK(numbers[8] == 123'456.0);
  CHECK(numbers[7] == static_cast<double>((std::uint64_t{1} << 60) + 1));
  CHECK(numbers[10] == -1.0);
}

}  // namespace

}  // namespace heddle::bridge
