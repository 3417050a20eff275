#include <cstring>
#include <string>
#include <vector>

#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "cuda/bridge/device_port.hpp"

namespace heddle::binding {

namespace {

std::string text_of(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

cuda::CompileRequest to_request(const Napi::Object& from) {
  cuda::CompileRequest request;
  request.source = text_of(from, "source");
  request.name = text_of(from, "name");
  request.cache = text_of(from, "cache");
  request.compiler = text_of(from, "compiler");
  request.language = text_of(from, "language");
  const auto options = from.Get("options").As<Napi::Array>();
  for (std::uint32_t i = 0; i < options.Length(); ++i) {
    request.options.push_back(Napi::Value(options[i]).As<Napi::String>().Utf8Value());
  }
  const auto headers = from.Get("headers").As<Napi::Array>();
  for (std::uint32_t i = 0; i < headers.Length(); ++i) {
    const auto header = Napi::Value(headers[i]).As<Napi::Object>();
    request.headers.push_back({text_of(header, "name"), text_of(header, "text")});
  }
  return request;
}

// compile(id, device, request)
Napi::Value compile(const Napi::CallbackInfo& call) {
  devices_in_order(call).compile(integer(call, 0), integer(call, 1), to_request(call[2].As<Napi::Object>()));
  return call.Env().Undefined();
}

// loadLibrary(id, device, image)
Napi::Value load_library(const Napi::CallbackInfo& call) {
  const auto bytes = call[2].As<Napi::Uint8Array>();
  std::vector<std::byte> image(bytes.ByteLength());
  if (!image.empty()) std::memcpy(image.data(), bytes.Data(), image.size());
  devices_in_order(call).load_library(integer(call, 0), integer(call, 1), std::move(image));
  return call.Env().Undefined();
}

// kernel(id, library, name)
Napi::Value kernel(const Napi::CallbackInfo& call) {
  devices_in_order(call).kernel(integer(call, 0), integer(call, 1), text(call, 2));
  return call.Env().Undefined();
}

// occupancy(id, kernel, blockThreads, sharedBytes)
Napi::Value occupancy(const Napi::CallbackInfo& call) {
  devices_in_order(call).occupancy(integer(call, 0), integer(call, 1), static_cast<unsigned>(integer(call, 2)),
                                static_cast<std::size_t>(number(call, 3)));
  return call.Env().Undefined();
}

}  // namespace

void add_kernel_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("compile", Napi::Function::New<compile>(env, "compile"));
  exports.Set("loadLibrary", Napi::Function::New<load_library>(env, "loadLibrary"));
  exports.Set("kernel", Napi::Function::New<kernel>(env, "kernel"));
  exports.Set("occupancy", Napi::Function::New<occupancy>(env, "occupancy"));
}

}  // namespace heddle::binding
