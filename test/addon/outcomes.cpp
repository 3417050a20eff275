#include <napi.h>

#include <cerrno>
#include <cstdint>
#include <ios>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "binding/promise.hpp"
#include "native/io/file_error.hpp"
#include "native/sleep.hpp"
#include "native/typed_error.hpp"

struct Summary {
  std::string name;
  std::vector<std::optional<int>> marks;
};

// Its conversion leaves a JavaScript exception pending.
struct Thrower {};

namespace heddle {

template <>
struct ToJavaScript<Summary> {
  static Napi::Value convert(Napi::Env env, Summary&& summary) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", ToJavaScript<std::string>::convert(env, std::move(summary.name)));
    object.Set("marks", ToJavaScript<std::vector<std::optional<int>>>::convert(env, std::move(summary.marks)));
    return object;
  }
};

template <>
struct ToJavaScript<Thrower> {
  static Napi::Value convert(Napi::Env env, Thrower&&) {
    Napi::RangeError::New(env, "from the conversion").ThrowAsJavaScriptException();
    return {};
  }
};

}  // namespace heddle

namespace {

using heddle::StopToken;
using heddle::Task;
using Call = const Napi::CallbackInfo&;

template <class T>
Task<T> give(const T& value, StopToken) {
  co_await heddle::Executor::yield();
  co_return value;
}

template <class T>
Napi::Function giver(Napi::Env env, T value) {
  return Napi::Function::New(
      env, [value](Call call) { return heddle::spawn(call.Env(), call.Env().Undefined(), give<T>, value); });
}

Task<void> nothing(StopToken) { co_return; }

Task<void> fail(std::string how, StopToken) {
  if (how == "system call") throw std::system_error(ENOSPC, std::system_category(), "write");
  if (how == "generic") throw std::system_error(std::make_error_code(std::errc::broken_pipe));
  if (how == "other category") throw std::system_error(std::make_error_code(std::io_errc::stream), "parse");
  if (how == "file") throw heddle::io::FileError({EACCES, std::system_category()}, "open", "/secret");
  if (how == "typed") throw heddle::TypedError("ERR_SHORT", "too short");
  if (how == "cancelled") throw std::system_error(std::make_error_code(std::errc::operation_canceled));
  if (how == "no exception") throw 5;
  throw std::runtime_error(how);
}

// Heeds its token late, and returns a value all the same: how often it went round.
Task<int> insist(StopToken stop) {
  int rounds = 0;
  while (!stop.stop_requested()) {
    ++rounds;
    co_await heddle::sleep_for(std::chrono::milliseconds(1));
  }
  co_return rounds;
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  std::vector<std::byte> many(100'000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::byte>(i % 251);
  static const std::vector<std::byte> lasting = many;
  exports.Set("nothing", Napi::Function::New(env, [](Call call) {
                return heddle::spawn(call.Env(), call.Env().Undefined(), nothing);
              }));
  exports.Set("yes", giver(env, true));
  exports.Set("int", giver(env, -7));
  exports.Set("size", giver(env, std::size_t{1} << 53 >> 1));
  exports.Set("tooLarge", giver(env, std::numeric_limits<std::uint64_t>::max()));
  exports.Set("double", giver(env, 0.1));
  exports.Set("text", giver(env, std::string("h\u00e4ddle")));
  exports.Set("fewBytes", giver(env, std::vector<std::byte>{std::byte{1}, std::byte{2}}));
  exports.Set("noBytes", giver(env, std::vector<std::byte>{}));
  exports.Set("manyBytes", giver(env, many));
  exports.Set("span", giver(env, std::span<const std::byte>(lasting)));
  exports.Set("list", giver(env, std::vector<std::string>{"a", "b"}));
  exports.Set("flags", giver(env, std::vector<bool>{true, false}));
  exports.Set("some", giver(env, std::optional<int>(3)));
  exports.Set("none", giver(env, std::optional<int>()));
  exports.Set("summary", giver(env, Summary{"all", {1, std::nullopt}}));
  exports.Set("thrower", giver(env, Thrower{}));
  exports.Set("fail", Napi::Function::New(env, [](Call call) {
                return heddle::spawn(call.Env(), call.Env().Undefined(), fail, call[0].As<Napi::String>().Utf8Value());
              }));
  exports.Set("insist", Napi::Function::New(env, [](Call call) { return heddle::spawn(call.Env(), call[0], insist); }));
  return exports;
}

}  // namespace

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return initialize(env, exports); }

NODE_API_MODULE(outcomes, Init)
