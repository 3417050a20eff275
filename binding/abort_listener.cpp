#include "binding/abort_listener.hpp"

#include "binding/error_value.hpp"

namespace heddle::binding {

namespace {

napi_value value_of(napi_env env, napi_ref reference) noexcept {
  napi_value value = nullptr;
  napi_get_reference_value(env, reference, &value);
  return value;
}

napi_value property(napi_env env, napi_ref reference, const char* name) noexcept {
  napi_value value = nullptr;
  napi_get_named_property(env, value_of(env, reference), name, &value);
  return value;
}

bool is_type(napi_env env, napi_value value, napi_valuetype wanted) noexcept {
  napi_valuetype type = napi_undefined;
  return napi_typeof(env, value, &type) == napi_ok && type == wanted;
}

bool looks_like_signal(napi_env env, napi_value value) noexcept {
  bool has_aborted = false;
  return is_type(env, value, napi_object) && napi_has_named_property(env, value, "aborted", &has_aborted) == napi_ok &&
         has_aborted;
}

}  // namespace

AbortListener::~AbortListener() {
  if (watch_ != nullptr) watch_->forget(*task_);
  for (napi_ref reference : {signal_, listener_}) {
    if (reference != nullptr) napi_delete_reference(env_, reference);
  }
}

bool AbortListener::keep(napi_env env, napi_value signal) {
  env_ = env;
  if (signal == nullptr || is_type(env, signal, napi_undefined)) return true;
  if (looks_like_signal(env, signal)) return napi_create_reference(env, signal, 1, &signal_) == napi_ok;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "The \"signal\" argument must be an instance of AbortSignal");
  }
  return false;
}

bool AbortListener::listen(HostedTask& task) {
  if (signal_ == nullptr) return true;
  napi_value signal = value_of(env_, signal_);
  napi_value listener = SignalWatch::listener_of(env_, signal);
  if (listener == nullptr || napi_create_reference(env_, listener, 1, &listener_) != napi_ok) return false;
  watch_ = SignalWatch::of(env_, listener);
  task_ = &task;
  return watch_ != nullptr && watch_->add(env_, signal, listener, task);
}

void AbortListener::end() noexcept {
  if (watch_ == nullptr) return;
  watch_->remove(env_, value_of(env_, signal_), value_of(env_, listener_), *task_);
  watch_ = nullptr;
  napi_value ignored = nullptr;
  napi_get_and_clear_last_exception(env_, &ignored);
}

bool AbortListener::aborted() const noexcept {
  bool aborted = false;
  if (signal_ != nullptr) napi_get_value_bool(env_, property(env_, signal_, "aborted"), &aborted);
  return aborted;
}

napi_value AbortListener::error() const noexcept {
  napi_value error = make_error(env_, "ABORT_ERR", "The operation was aborted");
  set_property(env_, error, "name", "AbortError");
  const napi_property_descriptor cause{.utf8name = "cause",
                                       .name = nullptr,
                                       .method = nullptr,
                                       .getter = nullptr,
                                       .setter = nullptr,
                                       .value = property(env_, signal_, "reason"),
                                       .attributes = napi_default_method,
                                       .data = nullptr};
  napi_define_properties(env_, error, 1, &cause);
  return error;
}

}  // namespace heddle::binding
