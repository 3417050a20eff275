#include "binding/device_options.hpp"

#include <cstdint>
#include <string>

namespace heddle::binding {

namespace {

template <class Field>
void read_number(const Napi::Object& from, const char* name, Field& into) {
  const Napi::Value value = from.Get(name);
  if (value.IsNumber()) into = static_cast<Field>(value.As<Napi::Number>().Int64Value());
}

void read_milliseconds(const Napi::Object& from, const char* name, std::chrono::milliseconds& into) {
  std::int64_t count = into.count();
  read_number(from, name, count);
  into = std::chrono::milliseconds(count);
}

cuda::host::FaultKind fault_kind(const std::string& name) {
  if (name == "sticky") return cuda::host::FaultKind::sticky;
  if (name == "lostCompletion") return cuda::host::FaultKind::lost_completion;
  if (name == "slow") return cuda::host::FaultKind::slow;
  return cuda::host::FaultKind::fail;
}

cuda::host::Fault to_fault(const Napi::Object& from) {
  cuda::host::Fault fault;
  const std::string operation = from.Get("operation").As<Napi::String>();
  fault.operation = cuda::operation_of(operation).value_or(cuda::Operation::copy);
  fault.kind = fault_kind(from.Get("kind").As<Napi::String>());
  read_number(from, "at", fault.at);
  read_number(from, "number", fault.number);
  read_number(from, "times", fault.times);
  read_milliseconds(from, "delay", fault.delay);
  return fault;
}

}  // namespace

cuda::OpenOptions device_options(const Napi::Object& from) {
  cuda::OpenOptions options;
  if (from.Get("ordinal").IsNumber()) options.ordinal = from.Get("ordinal").As<Napi::Number>().Int32Value();
  read_milliseconds(from, "watchdog", options.watchdog);
  read_milliseconds(from, "closeTimeout", options.close_timeout);
  read_number(from, "memoryLimit", options.host.memory_limit);
  const Napi::Value staged = from.Get("stagePageable");
  if (staged.IsBoolean()) options.host.stage_pageable = staged.As<Napi::Boolean>();
  const Napi::Value faults = from.Get("faults");
  if (faults.IsArray()) {
    const Napi::Array list = faults.As<Napi::Array>();
    for (std::uint32_t i = 0; i < list.Length(); ++i) {
      options.host.faults.push_back(to_fault(Napi::Value(list[i]).As<Napi::Object>()));
    }
  }
  return options;
}

}  // namespace heddle::binding
