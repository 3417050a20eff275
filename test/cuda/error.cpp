#include "cuda/error.hpp"

#include <doctest/doctest.h>

#include "cuda/driver.hpp"

using namespace heddle::cuda;

TEST_CASE("errors carry the runtime's numbers and names") {
  CHECK(error_name(kMemoryAllocation) == "cudaErrorMemoryAllocation");
  CHECK(error_name(kIllegalAddress) == "cudaErrorIllegalAddress");
  CHECK(error_name(kInsufficientDriver) == "cudaErrorInsufficientDriver");
  CHECK(error_name(12345) == "cudaError12345");
  CHECK(error_name(720) == "cudaErrorCooperativeLaunchTooLarge");
  CHECK(error_name(912) == "cudaErrorInvalidClusterSize");
  CHECK(error_name(kDeviceClosed) == "heddleErrorDeviceClosed");
}

TEST_CASE("an error's message says what failed, of what, with which arguments, and what to do") {
  const ErrorPtr error = make_error(kMemoryAllocation, "cudaMalloc", "bytes=42", "Ask for less.");
  CHECK(error->number == 2);
  CHECK(error->name == "cudaErrorMemoryAllocation");
  CHECK(error->operation == "cudaMalloc");
  CHECK(error->arguments == "bytes=42");
  CHECK(error->message == "cudaMalloc: cudaErrorMemoryAllocation (2), out of memory [bytes=42]. Ask for less.");
  CHECK(make_error(kDeviceClosed, "close")->message == "close: heddleErrorDeviceClosed, the device has been closed");
}

TEST_CASE("sticky errors are those after which the context is gone") {
  for (const int number : {kIllegalAddress, 226, 702, 710, 716, 719}) CHECK(is_sticky(number));
  for (const int number : {kSuccess, kInvalidValue, kMemoryAllocation, kNotReady, kNoDevice, kLostCompletion}) {
    CHECK_FALSE(is_sticky(number));
  }
}

TEST_CASE("operations are named as in the runtime, and found by that name") {
  CHECK(std::string(operation_name(Operation::copy)) == "cudaMemcpyAsync");
  for (std::size_t i = 0; i < kOperations; ++i) {
    const auto operation = static_cast<Operation>(i);
    CHECK(operation_of(operation_name(operation)) == operation);
  }
  CHECK_FALSE(operation_of("cudaFly").has_value());
}

#ifdef HEDDLE_WITH_CUDART

// The test is built without the headers of CUDA.
extern "C" const char* cudaGetErrorName(int);

TEST_CASE("every error that the runtime knows has the runtime's name") {
  for (int number = 0; number < 1000; ++number) {
    const std::string name = cudaGetErrorName(number);
    if (name != "unrecognized error code") CHECK(error_name(number) == name);
  }
}

#endif
