#pragma once

#include <node_api.h>

#include <cstddef>
#include <span>
#include <vector>

namespace heddle::binding {

// A Uint8Array over the same memory, which goes when JavaScript drops it. Few bytes are copied, and so are all where
// external memory is not allowed. Null when no JavaScript can run any more.
[[nodiscard]] napi_value bytes_value(napi_env env, std::vector<std::byte> bytes);

// A Uint8Array with a copy.
[[nodiscard]] napi_value copied_bytes_value(napi_env env, std::span<const std::byte> bytes);

}  // namespace heddle::binding
