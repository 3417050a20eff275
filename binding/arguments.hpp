#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <string>

// Reading arguments that lib/ has already checked: the addon is private to it.
namespace heddle::binding {

inline std::int32_t integer(const Napi::CallbackInfo& call, std::size_t index) {
  return call[index].As<Napi::Number>().Int32Value();
}

inline double number(const Napi::CallbackInfo& call, std::size_t index) {
  return call[index].As<Napi::Number>().DoubleValue();
}

inline std::size_t count(const Napi::CallbackInfo& call, std::size_t index) {
  return static_cast<std::size_t>(number(call, index));
}

inline bool boolean(const Napi::CallbackInfo& call, std::size_t index) {
  return call[index].As<Napi::Boolean>().Value();
}

inline std::string text(const Napi::CallbackInfo& call, std::size_t index) {
  return call[index].As<Napi::String>().Utf8Value();
}

// Characters up to U+00FF, each as one byte.
inline std::string latin1(const Napi::CallbackInfo& call, std::size_t index) {
  std::size_t length = 0;
  napi_get_value_string_latin1(call.Env(), call[index], nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_latin1(call.Env(), call[index], text.data(), length + 1, &length);
  return text;
}

// A path: a string, or the bytes of one that is not valid UTF-8.
inline std::string path(const Napi::CallbackInfo& call, std::size_t index) {
  if (!call[index].IsTypedArray()) return text(call, index);
  const auto bytes = call[index].As<Napi::Uint8Array>();
  return {reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()};
}

}  // namespace heddle::binding
