#pragma once

#include <napi.h>

#include <cstddef>
#include <memory>

namespace heddle::binding {

// Memory of an ArrayBuffer or SharedArrayBuffer, shared with V8: it stays while anyone holds it, also when the object
// is transferred, detached or collected. Node-API can't say that: its references keep the object, and a transfer takes the
// memory out of the object.
struct BackingStore {
  std::shared_ptr<void> hold;
  std::byte* address = nullptr;
  std::size_t bytes = 0;
};

// Null `hold` when the buffer is detached or empty.
[[nodiscard]] BackingStore backing_store_of(Napi::Value buffer);

// Whether this Node gives access to backing stores the way this file expects; asked once, at load, before anything
// relies on it.
[[nodiscard]] bool backing_stores_work(Napi::Env env);

}  // namespace heddle::binding
