#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "cuda/availability.hpp"
#include "test/cuda/support/bed.hpp"

using namespace heddle;
using namespace heddle::cuda;
using test::Bed;

TEST_CASE("availability names a reason and a remedy, or neither") {
  const Availability found = availability();
  CHECK(found.ok == (found.reason == Unavailable::none));
  CHECK(found.ok == found.remedy.empty());
  CHECK(found.ok == (std::string(reason_name(found.reason)).empty()));
  CHECK(found.ok == !devices().empty());
#ifdef HEDDLE_WITH_CUDART
  CHECK(found.reason != Unavailable::not_built);
  CHECK(found.runtime >= 12000);
  if (found.reason == Unavailable::no_driver) {
    CHECK(found.driver == 0);
    CHECK(found.error == kInsufficientDriver);
    CHECK(found.remedy.find("driver") != std::string::npos);
  }
#else
  CHECK(found.reason == Unavailable::not_built);
#endif
}

TEST_CASE("a GPU that isn't there can't be opened, and the error says why") {
  const Availability found = availability();
  OpenOptions options;
  options.ordinal = found.ok ? 1000 : 0;
  Bed bed(options);
  const ErrorPtr error = bed.opened();
  REQUIRE(error != nullptr);
  CHECK(error->operation == "cudaSetDevice");
  if (!found.ok) {
    CHECK(error->number == (found.reason == Unavailable::not_built ? kNotBuilt : found.error));
    CHECK(error->message.find(found.remedy) != std::string::npos);
  }
  // Everything fails with that error or, as the device closes by itself, with the one that says so.
  ErrorPtr refused;
  CHECK(bed.alloc(1, &refused) == nullptr);
  REQUIRE(refused != nullptr);
  CHECK(bed.sync(bed.stream()) != nullptr);
  bed.close();
}

TEST_CASE("the host device opens and says what it is") {
  Bed bed;
  REQUIRE(bed.opened() == nullptr);
  const DeviceInfo& info = bed.device().info();
  CHECK(info.host);
  CHECK(info.memory_bytes > 0);
  CHECK(info.multiprocessors > 0);
}

TEST_CASE("a fault while opening is what open() reports") {
  Bed bed(test::with_fault(Operation::set_device, host::FaultKind::fail));
  const ErrorPtr error = bed.opened();
  REQUIRE(error != nullptr);
  CHECK(error->operation == "cudaSetDevice");
  CHECK(bed.sync(bed.stream()) != nullptr);
  bed.close();
}

TEST_CASE("what is submitted before the device is open is done when it is") {
  Bed bed;
  const auto stream = bed.stream();
  const test::PendingPtr pending = bed.submit(bed.notify(stream));
  const BlockPtr block = bed.alloc(100);
  CHECK(pending->get() == nullptr);
  CHECK(block->bytes() == 100);
}

TEST_CASE("devices come and go, at once too, whether or not anybody waits") {
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<Bed>> beds;
    for (int i = 0; i < 4; ++i) beds.push_back(std::make_unique<Bed>());
    if (round % 2 == 0) {
      for (const auto& bed : beds) CHECK(bed->opened() == nullptr);
    }
  }
}
