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

}  // namespace

void add_file_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("open", Napi::Function::New<open>(env, "open"));
  exports.Set("stat", Napi::Function::New<stat>(env, "stat"));
}

}  // namespace heddle::binding
