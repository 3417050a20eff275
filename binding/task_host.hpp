#pragma once

#include <node_api.h>

#include <memory>

#include "native/hosted_tasks.hpp"

namespace heddle::binding {

// Starts a task on the executor that this addon has in this JavaScript environment (the main thread, or a Worker). It is
// made at the first call, is driven by Node's event loop, and keeps that alive while a task runs. When the environment
// goes, an asynchronous cleanup hook stops the tasks and waits for their end; those are not settled. Throws
// std::system_error when the executor can't be set up.
void host(napi_env env, std::unique_ptr<HostedTask> task);

// This environment's WeakMap from AbortSignals to listeners; see SignalWatch. Null when no JavaScript can run any more.
[[nodiscard]] napi_value watched_signals(napi_env env);

}  // namespace heddle::binding
