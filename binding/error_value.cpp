#include "binding/error_value.hpp"

#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include "binding/uv.hpp"
#include "native/io/file_error.hpp"
#include "native/typed_error.hpp"

namespace heddle::binding {

namespace {

using Text = std::array<char, 256>;

napi_value string(napi_env env, std::string_view text) noexcept {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

// In the shape and words of Node: "ENOENT: no such file or directory, open '/missing'".
napi_value system_error(napi_env env, int number, const std::string& call, const std::string& path) {
  Text name;
  Text words;
  uv_err_name_r(-number, name.data(), name.size());
  uv_strerror_r(-number, words.data(), words.size());
  std::string message = std::string(name.data()) + ": " + words.data();
  if (!call.empty()) message += ", " + call;
  if (!path.empty()) message += " '" + path + "'";
  napi_value error = make_error(env, name.data(), message.c_str());
  napi_value negative = nullptr;
  napi_create_int32(env, -number, &negative);
  napi_set_named_property(env, error, "errno", negative);
  if (!call.empty()) set_property(env, error, "syscall", call.c_str());
  if (!path.empty()) set_property(env, error, "path", path.c_str());
  return error;
}

// What a std::system_error was made with, in front of the system's own words.
std::string call_of(const std::system_error& error) {
  const std::string what = error.what();
  const std::string words = ": " + error.code().message();
  return what.ends_with(words) ? what.substr(0, what.size() - words.size()) : std::string{};
}

bool is_errno(const std::error_code& code) noexcept {
  return code.category() == std::system_category() || code.category() == std::generic_category();
}

}  // namespace

napi_value make_error(napi_env env, const char* code, const char* message) noexcept {
  napi_value error = nullptr;
  napi_create_error(env, code != nullptr ? string(env, code) : nullptr, string(env, message), &error);
  return error;
}

void set_property(napi_env env, napi_value object, const char* name, const char* value) noexcept {
  napi_set_named_property(env, object, name, string(env, value));
}

napi_value error_value(napi_env env, const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const io::FileError& failed) {
    return system_error(env, failed.code().value(), failed.call(), failed.path());
  } catch (const std::system_error& failed) {
    if (!is_errno(failed.code())) return make_error(env, nullptr, failed.what());
    return system_error(env, failed.code().value(), call_of(failed), {});
  } catch (const TypedError& failed) {
    return make_error(env, failed.code().c_str(), failed.what());
  } catch (const std::exception& failed) {
    return make_error(env, nullptr, failed.what());
  } catch (...) {
    return make_error(env, nullptr, "A task ended with an exception that is no std::exception");
  }
}

}  // namespace heddle::binding
