#include "binding/bytes_value.hpp"

#include <cstring>
#include <memory>
#include <utility>

namespace heddle::binding {

namespace {

// Up to here a copy costs less than telling V8 of external memory.
constexpr std::size_t kCopied = 4096;

napi_value view_of(napi_env env, napi_value buffer, std::size_t bytes) noexcept {
  napi_value view = nullptr;
  napi_create_typedarray(env, napi_uint8_array, bytes, buffer, 0, &view);
  return view;
}

}  // namespace

napi_value copied_bytes_value(napi_env env, std::span<const std::byte> bytes) {
  void* memory = nullptr;
  napi_value buffer = nullptr;
  if (napi_create_arraybuffer(env, bytes.size(), &memory, &buffer) != napi_ok) return nullptr;
  if (!bytes.empty()) std::memcpy(memory, bytes.data(), bytes.size());
  return view_of(env, buffer, bytes.size());
}

napi_value bytes_value(napi_env env, std::vector<std::byte> bytes) {
  using Bytes = std::vector<std::byte>;
  if (bytes.size() <= kCopied) return copied_bytes_value(env, bytes);
  auto kept = std::make_unique<Bytes>(std::move(bytes));
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env, kept->data(), kept->size(), [](napi_env, void*, void* owner) { delete static_cast<Bytes*>(owner); },
      kept.get(), &buffer);
  // With a generic failure Node has taken the memory over and made nothing of it.
  if (status != napi_ok && status != napi_generic_failure) return copied_bytes_value(env, *kept);
  const std::size_t count = kept->size();
  kept.release();
  return view_of(env, buffer, count);
}

}  // namespace heddle::binding
