#pragma once

#include <node_api.h>

#include <unordered_set>

#include "native/hosted_tasks.hpp"

namespace heddle::binding {

// The tasks of this addon that one AbortSignal stops. However many they are, there is one listener on the signal: Node
// warns of more than a few. It lives as long as that listener, which lives as long as the signal. Everything here is on the
// JavaScript thread.
class SignalWatch {
 public:
  // The listener for `signal`, the same each time; null when JavaScript threw.
  [[nodiscard]] static napi_value listener_of(napi_env env, napi_value signal);
  // The watch of a listener; null when no JavaScript can run any more.
  [[nodiscard]] static SignalWatch* of(napi_env env, napi_value listener) noexcept;

  // False: JavaScript threw, and the exception is pending.
  [[nodiscard]] bool add(napi_env env, napi_value signal, napi_value listener, HostedTask& task);
  void remove(napi_env env, napi_value signal, napi_value listener, HostedTask& task) noexcept;
  // The same where no JavaScript can run any more.
  void forget(HostedTask& task) noexcept { tasks_.erase(&task); }

 private:
  static napi_value on_abort(napi_env env, napi_callback_info info);

  std::unordered_set<HostedTask*> tasks_;
};

}  // namespace heddle::binding
