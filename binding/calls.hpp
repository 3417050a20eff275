#pragma once

#include <napi.h>

// What the addon exports, a group per file. Only lib/native.ts calls these.
namespace heddle::binding {

void add_core_calls(Napi::Env env, Napi::Object exports);
void add_memory_calls(Napi::Env env, Napi::Object exports);
void add_file_calls(Napi::Env env, Napi::Object exports);
void add_socket_calls(Napi::Env env, Napi::Object exports);
void add_datagram_calls(Napi::Env env, Napi::Object exports);
void add_http_calls(Napi::Env env, Napi::Object exports);
void add_device_calls(Napi::Env env, Napi::Object exports);
void add_comm_calls(Napi::Env env, Napi::Object exports);
void add_graph_calls(Napi::Env env, Napi::Object exports);
void add_ipc_calls(Napi::Env env, Napi::Object exports);
void add_interop_calls(Napi::Env env, Napi::Object exports);
void add_kernel_calls(Napi::Env env, Napi::Object exports);
void add_device_memory_calls(Napi::Env env, Napi::Object exports);
void add_stream_calls(Napi::Env env, Napi::Object exports);
void add_trace_calls(Napi::Env env, Napi::Object exports);

}  // namespace heddle::binding
