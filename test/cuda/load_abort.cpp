#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <random>
#include <thread>

#include "cuda/load.hpp"
#include "test/cuda/support/bed.hpp"
#include "test/cuda/support/load_bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;
using test::LoadFile;

namespace {

// Ends whole, or aborted and with nothing left behind.
void check_end(Bed& bed, const Loaded& loaded, const LoadFile& file) {
  if (loaded.block != nullptr) {
    CHECK(bed.contents(span_of(loaded.block)) == file.bytes());
  } else {
    CHECK(loaded.file_error == ECANCELED);
  }
}

}  // namespace

TEST_CASE("a load may be aborted at any moment") {
  std::mt19937 random(7);
  const LoadFile file((std::size_t{6} << 20) + 1);
  for (const OpenOptions& options : test::both_backends()) {
    Bed bed(options);
    REQUIRE(bed.opened() == nullptr);
    int aborted = 0;
    for (int round = 0; round < 60; ++round) {
      test::Promised<Loaded> end;
      LoadOptions how;
      how.chunk_bytes = std::size_t{64} << 10;
      how.loaded = [&end](Loaded loaded) { end.set(std::move(loaded)); };
      const auto control = load(bed.device(), file.path(), how);
      // Half of them early: a busy machine may let this thread run only when the load is over. So it does not yield, either.
      const auto wait = std::chrono::microseconds(random() % (round % 2 == 0 ? 3000 : 100));
      const auto moment = std::chrono::steady_clock::now() + wait;
      while (std::chrono::steady_clock::now() < moment) {
      }
      control->abort();
      const Loaded loaded = end.get();
      if (loaded.block == nullptr) ++aborted;
      check_end(bed, loaded, file);
      control->abort();
    }
    CHECK(aborted > 0);
    test::Promised<std::size_t> used;
    bed.device().memory_info([&used](const MemoryUse& use, const ErrorPtr&) { used.set(use.total - use.free); });
    CHECK(used.get() == 0);
  }
}

TEST_CASE("a load that is aborted before it begins ends at once") {
  Bed bed;
  const LoadFile file(100'000);
  for (int round = 0; round < 20; ++round) {
    test::Promised<Loaded> end;
    LoadOptions how;
    how.loaded = [&end](Loaded loaded) { end.set(std::move(loaded)); };
    load(bed.device(), file.path(), how)->abort();
    check_end(bed, end.get(), file);
  }
}

TEST_CASE("closing the device ends its loads") {
  const LoadFile file((std::size_t{16} << 20) + 1);
  for (const OpenOptions& options : test::both_backends()) {
    for (int round = 0; round < 10; ++round) {
      test::Promised<Loaded> end;
      std::shared_ptr<LoadControl> control;
      {
        Bed bed(options);
        REQUIRE(bed.opened() == nullptr);
        LoadOptions how;
        how.chunk_bytes = std::size_t{64} << 10;
        how.loaded = [&end](Loaded loaded) { end.set(std::move(loaded)); };
        control = load(bed.device(), file.path(), how);
        if (round % 2 == 0) {
          const auto moment = std::chrono::steady_clock::now() + std::chrono::microseconds(200 * round);
          while (std::chrono::steady_clock::now() < moment) std::this_thread::yield();
        }
        bed.destroy();
        REQUIRE(end.is_set());
      }
      const Loaded loaded = end.get();
      CHECK((loaded.block != nullptr || loaded.file_error == ECANCELED || loaded.device_error != nullptr));
      control->abort();
    }
  }
}

TEST_CASE("a load on a device that never comes to copy is ended by close") {
  OpenOptions options = test::with_slow(Operation::copy, std::chrono::hours(1), 2);
  options.close_timeout = std::chrono::milliseconds(50);
  const LoadFile file(std::size_t{4} << 20);
  test::Promised<Loaded> end;
  Bed bed(options);
  LoadOptions how;
  how.loaded = [&end](Loaded loaded) { end.set(std::move(loaded)); };
  const auto control = load(bed.device(), file.path(), how);
  while (bed.calls(Operation::copy) < 2) std::this_thread::yield();
  control->abort();
  bed.close();
  REQUIRE(end.is_set());
  CHECK(end.get().block == nullptr);
}
