#include "binding/promised_task.hpp"

#include <exception>
#include <system_error>
#include <utility>

#include "binding/error_value.hpp"
#include "binding/task_host.hpp"

namespace heddle::binding {

namespace {

bool is_cancellation(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& failed) {
    return failed.code() == std::errc::operation_canceled;
  } catch (...) {
    return false;
  }
}

// Null when none is pending.
napi_value take_pending_exception(napi_env env) noexcept {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  napi_value exception = nullptr;
  if (pending) napi_get_and_clear_last_exception(env, &exception);
  return exception;
}

}  // namespace

napi_value PromisedTask::start(napi_env env, napi_value signal, std::unique_ptr<PromisedTask> task) noexcept {
  PromisedTask& starting = *task;
  starting.env_ = env;
  if (!starting.abort_.keep(env, signal)) return nullptr;
  try {
    const bool aborted = starting.abort_.aborted();
    if (!aborted && !starting.abort_.listen(starting)) return nullptr;
    napi_value promise = nullptr;
    if (napi_create_promise(env, &starting.deferred_, &promise) != napi_ok) return nullptr;
    if (aborted) {
      napi_reject_deferred(env, starting.deferred_, starting.abort_.error());
    } else {
      host(env, std::move(task));
    }
    return promise;
  } catch (...) {
    napi_throw(env, error_value(env, std::current_exception()));
    return nullptr;
  }
}

napi_value PromisedTask::failure() noexcept {
  return abort_.aborted() && is_cancellation(error()) ? abort_.error() : error_value(env_, error());
}

void PromisedTask::settle() noexcept {
  napi_handle_scope handles = nullptr;
  napi_open_handle_scope(env_, &handles);
  napi_value result = nullptr;
  if (error() == nullptr) {
    try {
      result = value(env_);
    } catch (...) {
      error() = std::current_exception();
    }
  }
  bool failed = error() != nullptr;
  if (failed) result = failure();
  if (napi_value exception = take_pending_exception(env_)) {
    failed = true;
    result = exception;
  }
  abort_.end();
  // Without a result no JavaScript can run any more.
  if (result != nullptr) (failed ? napi_reject_deferred : napi_resolve_deferred)(env_, deferred_, result);
  napi_close_handle_scope(env_, handles);
}

}  // namespace heddle::binding
