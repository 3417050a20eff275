#ifdef HEDDLE_WITH_CUDART

#include "cuda/cudart/make_driver.hpp"

#include <doctest/doctest.h>

#include <array>

#include "cuda/availability.hpp"
#include "cuda/error.hpp"

using namespace heddle;
using namespace heddle::cuda;

TEST_CASE("without a driver every call of the CUDA runtime says so, and none crashes") {
  if (availability().reason != Unavailable::no_driver) return;
  const std::shared_ptr<Driver> driver = cudart::make_driver(0);
  CHECK(driver->set_current() == kInsufficientDriver);
  driver->load_kernels();
  std::byte* address = nullptr;
  std::size_t free = 0;
  std::size_t total = 0;
  CHECK(driver->malloc(100, address) == kInsufficientDriver);
  CHECK(driver->malloc_host(100, false, address) == kInsufficientDriver);
  CHECK(address == nullptr);
  CHECK(driver->memory_info(free, total) == kInsufficientDriver);
  StreamHandle stream = nullptr;
  EventHandle event = nullptr;
  CHECK(driver->stream_create(Priority::high, stream) == kInsufficientDriver);
  CHECK(driver->event_create(true, event) == kInsufficientDriver);
  std::array<std::byte, 2048> memory{};
  CHECK(driver->copy(memory.data(), Space::pinned, memory.data(), Space::pinned, 1, nullptr) == kInsufficientDriver);
  CHECK(driver->fill(memory.data(), 0, 4, 1, nullptr) == kInsufficientDriver);
  CHECK(driver->fill(memory.data(), 1, 4, 1, nullptr) != kSuccess);
  CHECK(driver->histogram(reinterpret_cast<std::uint64_t*>(memory.data()), memory.data(), 1, nullptr) != kSuccess);
  CHECK(driver->sticky_error() == kSuccess);
  CHECK_FALSE(driver->copies_pageable());
  CHECK_FALSE(driver->abandon());
  driver->shutdown();
}

#endif
