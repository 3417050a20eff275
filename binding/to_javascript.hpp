#pragma once

#include <napi.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "binding/bytes_value.hpp"
#include "native/typed_error.hpp"

namespace heddle {

// How a task's value becomes a JavaScript value. For a type of your own, specialize it:
//
//   template <>
//   struct heddle::ToJavaScript<Summary> {
//     static Napi::Value convert(Napi::Env env, Summary&& summary) {
//       Napi::Object object = Napi::Object::New(env);
//       object.Set("lines", ToJavaScript<std::size_t>::convert(env, std::move(summary.lines)));
//       return object;
//     }
//   };
//
// convert() is called on the JavaScript thread when the task has ended, in a handle scope. What it throws (C++ or
// JavaScript) rejects the Promise.
//
//   void                                  undefined
//   bool                                  boolean
//   integers, floating-point numbers      number; an integer that a number can't hold exactly is a TypedError,
//                                         ERR_OUT_OF_RANGE
//   std::string (UTF-8)                   string
//   std::vector<std::byte>                Uint8Array over the same memory, which can't be transferred to another thread;
//                                         up to 4 KiB, and where external memory is forbidden, over a copy
//   std::span<const std::byte>            Uint8Array over a copy
//   std::vector<T>                        Array
//   std::optional<T>                      T or undefined
template <class T>
struct ToJavaScript {
  static_assert(!std::same_as<T, T>, "specialize heddle::ToJavaScript to say what this type is in JavaScript");
};

template <>
struct ToJavaScript<void> {
  static Napi::Value convert(Napi::Env env) { return env.Undefined(); }
};

template <>
struct ToJavaScript<bool> {
  static Napi::Value convert(Napi::Env env, bool value) { return Napi::Boolean::New(env, value); }
};

template <std::floating_point T>
struct ToJavaScript<T> {
  static Napi::Value convert(Napi::Env env, T value) { return Napi::Number::New(env, static_cast<double>(value)); }
};

template <std::integral T>
struct ToJavaScript<T> {
  static Napi::Value convert(Napi::Env env, T value) {
    constexpr std::int64_t kLargest = (std::int64_t{1} << 53) - 1;
    if (std::cmp_greater(value, kLargest) || std::cmp_less(value, -kLargest)) {
      throw TypedError("ERR_OUT_OF_RANGE", "A number can't hold the integer " + std::to_string(value));
    }
    return Napi::Number::New(env, static_cast<double>(value));
  }
};

template <>
struct ToJavaScript<std::string> {
  static Napi::Value convert(Napi::Env env, std::string&& value) { return Napi::String::New(env, value); }
};

template <>
struct ToJavaScript<std::vector<std::byte>> {
  static Napi::Value convert(Napi::Env env, std::vector<std::byte>&& value) {
    return {env, binding::bytes_value(env, std::move(value))};
  }
};

template <class Byte, std::size_t Extent>
  requires std::same_as<std::remove_const_t<Byte>, std::byte>
struct ToJavaScript<std::span<Byte, Extent>> {
  static Napi::Value convert(Napi::Env env, std::span<const std::byte> value) {
    return {env, binding::copied_bytes_value(env, value)};
  }
};

template <class T>
struct ToJavaScript<std::vector<T>> {
  static Napi::Value convert(Napi::Env env, std::vector<T>&& values) {
    Napi::Array array = Napi::Array::New(env, values.size());
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      const Napi::HandleScope scope(env);
      array.Set(i, ToJavaScript<T>::convert(env, T(std::move(values[i]))));
    }
    return array;
  }
};

template <class T>
struct ToJavaScript<std::optional<T>> {
  static Napi::Value convert(Napi::Env env, std::optional<T>&& value) {
    if (!value) return env.Undefined();
    return ToJavaScript<T>::convert(env, *std::move(value));
  }
};

}  // namespace heddle
