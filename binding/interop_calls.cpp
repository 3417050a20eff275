#include <cstdint>

#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "cuda/nvtx.hpp"

namespace heddle::binding {

namespace {

std::uint64_t big(const Napi::CallbackInfo& call, std::size_t index) {
  bool lossless = false;
  return call[index].As<Napi::BigInt>().Uint64Value(&lossless);
}

// streamHandle(id, stream)
Napi::Value stream_handle(const Napi::CallbackInfo& call) {
  devices_in_order(call).stream_handle(integer(call, 0), integer(call, 1));
  return call.Env().Undefined();
}

// memoryAddress(memory): where it begins
Napi::Value memory_address(const Napi::CallbackInfo& call) {
  const bridge::HeldMemory memory = Environment::of(call.Env()).bridge().memory().hold(integer(call, 0), 0, 0);
  return Napi::BigInt::New(call.Env(), static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(memory.address)));
}

// wrapMemory(releasedId, address, bytes): its number
Napi::Value wrap_memory(const Napi::CallbackInfo& call) {
  auto* address = reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(big(call, 1)));
  const auto bytes = static_cast<std::size_t>(number(call, 2));
  return Napi::Number::New(call.Env(), devices_in_order(call).wrap(integer(call, 0), address, bytes));
}

// startRange(name): what endRange takes
Napi::Value start_range(const Napi::CallbackInfo& call) {
  return Napi::BigInt::New(call.Env(), cuda::nvtx::start(text(call, 0).c_str()));
}

// endRange(range)
Napi::Value end_range(const Napi::CallbackInfo& call) {
  cuda::nvtx::end(big(call, 0));
  return call.Env().Undefined();
}

}  // namespace

void add_interop_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("streamHandle", Napi::Function::New<stream_handle>(env, "streamHandle"));
  exports.Set("memoryAddress", Napi::Function::New<memory_address>(env, "memoryAddress"));
  exports.Set("wrapMemory", Napi::Function::New<wrap_memory>(env, "wrapMemory"));
  exports.Set("startRange", Napi::Function::New<start_range>(env, "startRange"));
  exports.Set("endRange", Napi::Function::New<end_range>(env, "endRange"));
}

}  // namespace heddle::binding
