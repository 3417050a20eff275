#include <napi.h>

#include "binding/backing_store.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"

namespace heddle::binding {

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  if (!backing_stores_work(env)) {
    Napi::Error::New(env,
                     "heddle needs a Node (or a program built on it) that gives addons access to the memory of "
                     "ArrayBuffers; this one does not. Official builds of Node 20 to 26 do.")
        .ThrowAsJavaScriptException();
    return exports;
  }
  if (Environment::open(env) == nullptr) return exports;
  add_core_calls(env, exports);
  add_memory_calls(env, exports);
  add_file_calls(env, exports);
  add_socket_calls(env, exports);
  add_datagram_calls(env, exports);
  add_http_calls(env, exports);
  add_device_calls(env, exports);
  add_comm_calls(env, exports);
  add_graph_calls(env, exports);
  add_ipc_calls(env, exports);
  add_interop_calls(env, exports);
  add_kernel_calls(env, exports);
  add_device_memory_calls(env, exports);
  add_stream_calls(env, exports);
  add_trace_calls(env, exports);
  return exports;
}

}  // namespace

}  // namespace heddle::binding

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return heddle::binding::initialize(env, exports); }

NODE_API_MODULE(heddle, Init)
