#pragma once

#include <node_api.h>

#include "binding/signal_watch.hpp"
#include "native/hosted_tasks.hpp"

namespace heddle::binding {

// What one task has to do with an AbortSignal: it is stopped on abort. Everything here is on the JavaScript thread.
class AbortListener {
 public:
  AbortListener() = default;
  AbortListener(const AbortListener&) = delete;
  AbortListener& operator=(const AbortListener&) = delete;
  ~AbortListener();

  // Keeps the signal, which must be an AbortSignal or undefined. False: it is neither, and a TypeError is pending.
  [[nodiscard]] bool keep(napi_env env, napi_value signal);
  // False: JavaScript threw, and the exception is pending. `task` stays until end(), or until this goes.
  [[nodiscard]] bool listen(HostedTask& task);
  void end() noexcept;

  [[nodiscard]] bool aborted() const noexcept;
  // An AbortError like Node's, whose cause is the signal's reason.
  [[nodiscard]] napi_value error() const noexcept;

 private:
  napi_env env_ = nullptr;
  napi_ref signal_ = nullptr;
  napi_ref listener_ = nullptr;
  SignalWatch* watch_ = nullptr;
  HostedTask* task_ = nullptr;
};

}  // namespace heddle::binding
