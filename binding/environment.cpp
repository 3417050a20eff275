#include "binding/environment.hpp"

#include <node_api.h>

#include <system_error>

namespace heddle::binding {

Environment* Environment::open(Napi::Env env) {
  uv_loop_s* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) return nullptr;
  try {
    auto environment = std::make_unique<Environment>(env, loop);
    napi_set_instance_data(env, environment.get(), nullptr, nullptr);
    napi_add_async_cleanup_hook(env, &Environment::clean_up, environment.get(), &environment->hook_);
    return environment.release();
  } catch (const std::system_error& error) {
    Napi::Error::New(env, std::string("heddle can't start: ") + error.what()).ThrowAsJavaScriptException();
    return nullptr;
  }
}

Environment& Environment::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

Environment::Environment(Napi::Env env, uv_loop_s* loop)
    : env_(env),
      bridge_(Executor::Options{}, [this](std::size_t count) { return deliver(count); }),
      devices_(bridge_),
      loop_(loop, bridge_.executor().io_fd(), bridge_.executor().wake_fd(), [this] { return take_turn(); }) {
  const Napi::HandleScope scope(env);
  napi_async_init(env, Napi::Object::New(env), Napi::String::New(env, "heddle"), &async_context_);
}

Environment::~Environment() = default;

void Environment::set_settle(Napi::Function settle) { settle_ = Napi::Persistent(settle); }

std::optional<Nanoseconds> Environment::take_turn() {
  // One for all deliveries of the turn: opening a scope allocates memory.
  const Napi::HandleScope scope(env_);
  bridge_.pump();
  loop_.keep_alive(bridge_.control().unsettled > 0);
  return bridge_.executor().next_deadline();
}

// In a callback scope, so that microtasks and ticks run at its end, and async hooks see it.
bool Environment::deliver(std::size_t count) {
  if (closing_ || settle_.IsEmpty()) return false;
  napi_callback_scope scope = nullptr;
  if (napi_open_callback_scope(env_, nullptr, async_context_, &scope) != napi_ok) return false;
  napi_value settle = settle_.Value();
  napi_value argument = nullptr;
  napi_create_uint32(env_, static_cast<std::uint32_t>(count), &argument);
  const napi_status status = napi_call_function(env_, settle, settle, 1, &argument, nullptr);
  bridge_.batch_read();
  napi_value exception = nullptr;
  if (status == napi_pending_exception && napi_get_and_clear_last_exception(env_, &exception) == napi_ok) {
    napi_fatal_exception(env_, exception);
  }
  const bool closed = napi_close_callback_scope(env_, scope) == napi_ok;
  return closed && (status == napi_ok || status == napi_pending_exception);
}

// No JavaScript runs from here on. Devices and bridge cancel and wait first: after the hooks the environment frees the buffers.
void Environment::clean_up(napi_async_cleanup_hook_handle, void* data) {
  auto* environment = static_cast<Environment*>(data);
  environment->closing_ = true;
  environment->devices_.close();
  environment->bridge_.close();
  environment->settle_.Reset();
  napi_async_destroy(environment->env_, environment->async_context_);
  environment->loop_.close([environment] {
    const std::unique_ptr<Environment> last(environment);
    napi_remove_async_cleanup_hook(last->hook_);
  });
}

}  // namespace heddle::binding
