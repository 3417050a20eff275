#pragma once

#include <node_api.h>

#include <exception>

namespace heddle::binding {

// What JavaScript sees of a C++ exception; see docs/cpp.md. Null when no JavaScript can run any more.
[[nodiscard]] napi_value error_value(napi_env env, const std::exception_ptr& error) noexcept;

// A new Error; `code` may be null.
[[nodiscard]] napi_value make_error(napi_env env, const char* code, const char* message) noexcept;

void set_property(napi_env env, napi_value object, const char* name, const char* value) noexcept;

}  // namespace heddle::binding
