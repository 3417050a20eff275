#pragma once

#include <napi.h>

#include <cstddef>
#include <memory>

#include "binding/event_loop.hpp"
#include "cuda/bridge/device_port.hpp"
#include "native/bridge/bridge.hpp"

namespace heddle::binding {

// What heddle keeps for one JavaScript environment (the main thread, or a Worker): its bridge and the drive by its event
// loop. Created when the addon is loaded there, destroyed by an asynchronous cleanup hook that first cancels what is in
// flight and waits until nobody uses JavaScript's memory any more.
class Environment {
 public:
  // Throws a JavaScript exception (pending on return of null) when the environment can't be set up.
  static Environment* open(Napi::Env env);
  [[nodiscard]] static Environment& of(napi_env env);

  Environment(Napi::Env env, uv_loop_s* loop);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment();

  // Called with the number of replies whenever there are some.
  void set_settle(Napi::Function settle);
  void keep_alive() noexcept { loop_.keep_alive(true); }
  [[nodiscard]] bridge::Bridge& bridge() noexcept { return bridge_; }
  [[nodiscard]] cuda::DevicePort& devices() noexcept { return devices_; }

 private:
  static void clean_up(napi_async_cleanup_hook_handle hook, void* data);

  bool deliver(std::size_t count);
  std::optional<Nanoseconds> take_turn();

  Napi::Env env_;
  napi_async_context async_context_ = nullptr;
  Napi::FunctionReference settle_;
  bridge::Bridge bridge_;
  cuda::DevicePort devices_;
  EventLoop loop_;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  bool closing_ = false;
};

// For calls that must not overtake what was submitted before them: an allocation finds the memory that was just dropped.
[[nodiscard]] inline cuda::DevicePort& devices_in_order(const Napi::CallbackInfo& call) {
  Environment& environment = Environment::of(call.Env());
  environment.bridge().drain();
  return environment.devices();
}

}  // namespace heddle::binding
