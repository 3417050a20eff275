#include "cuda/make_driver.hpp"

#include <string>

#include "cuda/availability.hpp"
#include "cuda/host/driver.hpp"

#ifdef HEDDLE_WITH_CUDART
#include "cuda/cudart/make_driver.hpp"
#endif

namespace heddle::cuda {

DriverOrError make_driver(const OpenOptions& options) {
  if (!options.ordinal) return {std::make_shared<host::HostDriver>(options.host), nullptr};
  const std::string arguments = "device=" + std::to_string(*options.ordinal);
  const Availability have = availability();
  if (!have.ok) {
    const int number = have.reason == Unavailable::not_built ? kNotBuilt : have.error;
    return {nullptr, make_error(number, operation_name(Operation::set_device), arguments, have.remedy)};
  }
#ifdef HEDDLE_WITH_CUDART
  return {cudart::make_driver(*options.ordinal), nullptr};
#else
  return {nullptr, make_error(kNotBuilt, operation_name(Operation::set_device), arguments, have.remedy)};
#endif
}

}  // namespace heddle::cuda
