#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/arguments.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"

namespace heddle::binding {

namespace {

// open(id, path, flags, mode)
Napi::Value open(const Napi::CallbackInfo& call) {
  Environment::of(call.Env())
      .bridge()
      .open(integer(call, 0), path(call, 1), integer(call, 2), call[3].As<Napi::Number>().Uint32Value());
  return call.Env().Undefined();
}

// stat(id, path, followLinks, memory, offset, wholeNumbers)
Napi::Value stat(const Napi::CallbackInfo& call) {
  bridge::Submission numbers{};
  numbers.b = integer(call, 3);
  numbers.x = number(call, 4);
  numbers.c = boolean(call, 5) ? bridge::kWholeNumbers : 0;
  Environment::of(call.Env()).bridge().stat(integer(call, 0), path(call, 1), boolean(call, 2), numbers);
  return call.Env().Undefined();
}

// pathCall(id, call, path, second, fd, flags, mode, x, y): see native/io/path_call.hpp
Napi::Value path_call(const Napi::CallbackInfo& call) {
  io::PathRequest request{.call = static_cast<io::PathCall>(integer(call, 1)),
                          .fd = integer(call, 4),
                          .flags = integer(call, 5),
                          .mode = call[6].As<Napi::Number>().Uint32Value(),
                          .x = number(call, 7),
                          .y = number(call, 8),
                          .path = path(call, 2),
                          .second = path(call, 3)};
  Environment::of(call.Env()).bridge().path_call(integer(call, 0), std::move(request));
  return call.Env().Undefined();
}

// vectored(id, fd, reads, position, parts): of each part its memory, its offset and its bytes
Napi::Value vectored(const Napi::CallbackInfo& call) {
  bridge::Bridge& bridge = Environment::of(call.Env()).bridge();
  const std::int32_t id = integer(call, 0);
  const auto numbers = call[4].As<Napi::Float64Array>();
  std::vector<bridge::HeldMemory> parts;
  parts.reserve(numbers.ElementLength() / 3);
  for (std::size_t i = 0; i < numbers.ElementLength(); i += 3) {
    if (numbers[i + 2] == 0) {
      parts.emplace_back();
      continue;
    }
    parts.push_back(bridge.memory().hold(static_cast<std::int32_t>(numbers[i]), numbers[i + 1], numbers[i + 2]));
    if (!parts.back() || parts.back().space == bridge::Space::device) {
      bridge.reply(id, -EFAULT, 0);
      return call.Env().Undefined();
    }
  }
  bridge.vectored(id, boolean(call, 2) ? io::Opcode::readv : io::Opcode::writev, integer(call, 1), number(call, 3),
                  std::move(parts));
  return call.Env().Undefined();
}

// What is longer is not copied on this thread, but lives until JavaScript has no more use for it.
constexpr std::size_t kLongestCopy = std::size_t{64} << 10;

// takeBytes(id): what came with the reply that is being handled
Napi::Value take_bytes(const Napi::CallbackInfo& call) {
  auto bytes = std::make_unique<std::string>(Environment::of(call.Env()).bridge().take_attached(integer(call, 0)));
  char* const data = bytes->data();
  const std::size_t size = bytes->size();
  if (size <= kLongestCopy) return Napi::Buffer<char>::Copy(call.Env(), data, size);
  const auto drop = [](Napi::Env, char*, std::string* kept) { const std::unique_ptr<std::string> last(kept); };
  return Napi::Buffer<char>::NewOrCopy(call.Env(), data, size, drop, bytes.release());
}

}  // namespace

void add_file_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("open", Napi::Function::New<open>(env, "open"));
  exports.Set("stat", Napi::Function::New<stat>(env, "stat"));
  exports.Set("pathCall", Napi::Function::New<path_call>(env, "pathCall"));
  exports.Set("vectored", Napi::Function::New<vectored>(env, "vectored"));
  exports.Set("takeBytes", Napi::Function::New<take_bytes>(env, "takeBytes"));
}

}  // namespace heddle::binding
