#pragma once

#include <node_api.h>

#include <memory>

#include "binding/abort_listener.hpp"
#include "native/hosted_tasks.hpp"

namespace heddle::binding {

// A task whose end settles a Promise. binding/promise.hpp derives from it; the rest of heddle::spawn is here.
class PromisedTask : public HostedTask {
 public:
  // Starts it and returns its Promise. With a `signal` that is aborted already the Promise is rejected and the task dropped.
  // Null with a JavaScript exception pending when `signal` is neither an AbortSignal nor undefined, or the executor can't
  // be set up.
  [[nodiscard]] static napi_value start(napi_env env, napi_value signal, std::unique_ptr<PromisedTask> task) noexcept;

 private:
  // The value that the task came to. May throw, or leave a JavaScript exception pending.
  virtual napi_value value(napi_env env) = 0;

  void settle() noexcept final;
  [[nodiscard]] napi_value failure() noexcept;

  napi_env env_ = nullptr;
  napi_deferred deferred_ = nullptr;
  AbortListener abort_;
};

}  // namespace heddle::binding
