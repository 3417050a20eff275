#include "binding/signal_watch.hpp"

#include <array>
#include <memory>

#include "binding/task_host.hpp"

namespace heddle::binding {

namespace {

template <std::size_t Count>
napi_value call(napi_env env, napi_value object, const char* method, const std::array<napi_value, Count>& arguments) {
  napi_value function = nullptr;
  napi_value result = nullptr;
  napi_get_named_property(env, object, method, &function);
  napi_call_function(env, object, function, Count, arguments.data(), &result);
  return result;
}

napi_value string(napi_env env, const char* text) noexcept {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

// { once: true }
napi_value once(napi_env env) noexcept {
  napi_value options = nullptr;
  napi_value yes = nullptr;
  napi_create_object(env, &options);
  napi_get_boolean(env, true, &yes);
  napi_set_named_property(env, options, "once", yes);
  return options;
}

}  // namespace

napi_value SignalWatch::on_abort(napi_env env, napi_callback_info info) {
  void* watch = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &watch);
  for (HostedTask* task : static_cast<SignalWatch*>(watch)->tasks_) task->request_stop();
  return nullptr;
}

napi_value SignalWatch::listener_of(napi_env env, napi_value signal) {
  napi_value watched = watched_signals(env);
  napi_value listener = call(env, watched, "get", std::array{signal});
  if (listener == nullptr || of(env, listener) != nullptr) return listener;
  auto watch = std::make_unique<SignalWatch>();
  napi_create_function(env, "onAbort", NAPI_AUTO_LENGTH, &SignalWatch::on_abort, watch.get(), &listener);
  const napi_status wrapped = napi_wrap(
      env, listener, watch.get(), [](napi_env, void* gone, void*) { delete static_cast<SignalWatch*>(gone); }, nullptr,
      nullptr);
  if (wrapped != napi_ok) return nullptr;
  watch.release();
  return call(env, watched, "set", std::array{signal, listener}) != nullptr ? listener : nullptr;
}

SignalWatch* SignalWatch::of(napi_env env, napi_value listener) noexcept {
  void* watch = nullptr;
  napi_unwrap(env, listener, &watch);
  return static_cast<SignalWatch*>(watch);
}

bool SignalWatch::add(napi_env env, napi_value signal, napi_value listener, HostedTask& task) {
  const bool first = tasks_.empty();
  tasks_.insert(&task);
  return !first ||
         call(env, signal, "addEventListener", std::array{string(env, "abort"), listener, once(env)}) != nullptr;
}

void SignalWatch::remove(napi_env env, napi_value signal, napi_value listener, HostedTask& task) noexcept {
  tasks_.erase(&task);
  if (tasks_.empty()) call(env, signal, "removeEventListener", std::array{string(env, "abort"), listener});
}

}  // namespace heddle::binding
