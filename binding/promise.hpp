#pragma once

#include <napi.h>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "binding/promised_task.hpp"
#include "binding/to_javascript.hpp"
#include "native/stop_token.hpp"
#include "native/task.hpp"

namespace heddle {

namespace binding {

// The task is function(arguments..., token). All of them are kept until it has ended.
template <class T, class Function, class... Arguments>
class PromisedCall final : public PromisedTask {
 public:
  template <class... Given>
  explicit PromisedCall(Given&&... given) : call_(std::forward<Given>(given)...) {}

 private:
  Task<T> begin(StopToken stop) {
    return std::apply([stop](Function& function,
                             Arguments&... arguments) { return std::invoke(function, std::move(arguments)..., stop); },
                      call_);
  }

  Task<void> run(StopToken stop) override {
    Task<T> task = begin(stop);
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      value_.emplace(co_await std::move(task));
    }
  }

  napi_value value(napi_env env) override {
#ifdef NODE_ADDON_API_CPP_EXCEPTIONS
    try {
      return convert(env);
    } catch (const Napi::Error& error) {
      error.ThrowAsJavaScriptException();
      return nullptr;
    }
#else
    return convert(env);
#endif
  }

  Napi::Value convert(Napi::Env env) {
    if constexpr (std::is_void_v<T>) {
      return ToJavaScript<void>::convert(env);
    } else {
      return ToJavaScript<T>::convert(env, *std::move(value_));
    }
  }

  std::tuple<Function, Arguments...> call_;
  std::optional<std::conditional_t<std::is_void_v<T>, bool, T>> value_;
};

}  // namespace binding

// Runs a task on the executor that this addon has in `env`, and gives its result to JavaScript as a Promise. The task is
// `function(arguments..., token)`, called in the next turn of the event loop, outside of JavaScript: no Napi there.
//
//   Task<std::vector<std::byte>> read_all(std::string path, StopToken stop);
//
//   Napi::Value ReadAll(const Napi::CallbackInfo& call) {
//     return heddle::spawn(call.Env(), call[1], read_all, call[0].As<Napi::String>().Utf8Value());
//   }
//
// The function and the arguments are kept until the task has ended: captures of a lambda stay, and the task may take what
// it is given by reference to const.
//
// Value: by ToJavaScript. Exceptions: io::FileError and std::system_error are what Node would throw (`code`, `errno`,
// `syscall`, `path`), TypedError is an Error with its `code`, any other std::exception an Error with its message.
//
// `signal` is an AbortSignal or undefined. Aborted already: the Promise is rejected with an AbortError (`code` ABORT_ERR,
// `cause` the signal's reason), and the function is not called. Aborted later: the token is stopped, and the Promise is
// settled when the task has ended: with its value if there was one after all, with an AbortError if it failed with
// std::errc::operation_canceled, which is what stopped operations give, and else with its error. Anything else is a
// TypeError at the call (ERR_INVALID_ARG_TYPE).
//
// A task keeps the event loop alive. When the environment goes (a Worker is terminated, say) the token is stopped, and the
// environment waits for the task's end: whatever waits must heed its token. The Promise is not settled then.
template <class Function, class... Arguments>
  requires std::invocable<std::decay_t<Function>&, std::decay_t<Arguments>..., StopToken>
Napi::Promise spawn(Napi::Env env, Napi::Value signal, Function&& function, Arguments&&... arguments) {
  using Made = std::invoke_result_t<std::decay_t<Function>&, std::decay_t<Arguments>..., StopToken>;
  using T = typename Made::value_type;
  static_assert(std::same_as<Made, Task<T>>, "the function must return a heddle::Task");
  static_assert(!std::is_reference_v<T>, "a task for JavaScript returns a value");
  using Call = binding::PromisedCall<T, std::decay_t<Function>, std::decay_t<Arguments>...>;
  napi_value promise = binding::PromisedTask::start(
      env, signal, std::make_unique<Call>(std::forward<Function>(function), std::forward<Arguments>(arguments)...));
  if (promise == nullptr) {
    // None is pending in a Worker that is being terminated.
    if (env.IsExceptionPending()) NAPI_THROW(env.GetAndClearPendingException(), Napi::Promise());
    return {};
  }
  return {env, promise};
}

}  // namespace heddle
