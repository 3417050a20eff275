#include "binding/kernel_detail.hpp"

namespace heddle::binding {

namespace {

Napi::Value to_value(Napi::Env env, const cuda::Compilation& failed) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("code", failed.code);
  result.Set("message", failed.message);
  result.Set("log", failed.log);
  result.Set("file", failed.file);
  result.Set("line", Napi::Number::New(env, failed.line));
  result.Set("column", Napi::Number::New(env, failed.column));
  return result;
}

Napi::Value to_value(Napi::Env env, const cuda::CompileStats& stats) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("log", stats.log);
  result.Set("cached", Napi::Boolean::New(env, stats.cached));
  return result;
}

// [offset, bytes] of each parameter
Napi::Value to_value(Napi::Env env, const cuda::KernelInfo& info) {
  Napi::Array result = Napi::Array::New(env, info.parameters.size());
  for (std::uint32_t i = 0; i < info.parameters.size(); ++i) {
    Napi::Array parameter = Napi::Array::New(env, 2);
    parameter.Set(0U, Napi::Number::New(env, info.parameters[i].offset));
    parameter.Set(1U, Napi::Number::New(env, info.parameters[i].bytes));
    result.Set(i, parameter);
  }
  return result;
}

Napi::Value to_value(Napi::Env env, const cuda::Occupancy& found) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("blocksPerMultiprocessor", Napi::Number::New(env, found.blocks_per_multiprocessor));
  result.Set("suggestedBlock", Napi::Number::New(env, found.suggested_block));
  result.Set("suggestedGrid", Napi::Number::New(env, found.suggested_grid));
  return result;
}

}  // namespace

Napi::Value kernel_detail(Napi::Env env, const cuda::ReplyDetail& detail) {
  if (const auto* failure = std::get_if<cuda::CompileFailure>(&detail)) return to_value(env, failure->compilation);
  if (const auto* stats = std::get_if<cuda::CompileStats>(&detail)) return to_value(env, *stats);
  if (const auto* info = std::get_if<cuda::KernelInfo>(&detail)) return to_value(env, *info);
  if (const auto* found = std::get_if<cuda::Occupancy>(&detail)) return to_value(env, *found);
  return env.Undefined();
}

}  // namespace heddle::binding
