#include "binding/backing_store.hpp"

#include <dlfcn.h>

#include <utility>

// The part of V8's interface that is used here, as every Node from 20 to 26 exports it. A napi_value is the address of
// a handle's slot, which is what V8 passes as `this`. The symbols are weak and the whole is tried out on a fresh buffer
// (backing_stores_work), so that a Node that differs is refused at load with a clear message.
namespace v8 {

class BackingStore {
 public:
  __attribute__((weak)) void* Data() const;
  __attribute__((weak)) std::size_t ByteLength() const;
};

class ArrayBuffer {
 public:
  __attribute__((weak)) std::shared_ptr<BackingStore> GetBackingStore();
};

class SharedArrayBuffer {
 public:
  __attribute__((weak)) std::shared_ptr<BackingStore> GetBackingStore();
};

}  // namespace v8

namespace heddle::binding {

namespace {

template <class Buffer>
std::shared_ptr<v8::BackingStore> store_of(napi_value buffer) {
  return reinterpret_cast<Buffer*>(buffer)->GetBackingStore();
}

// Asked of the loader: a compiler takes the address of a member function to be never null.
bool symbols_exist() noexcept {
  for (const char* symbol : {"_ZN2v811ArrayBuffer15GetBackingStoreEv", "_ZN2v817SharedArrayBuffer15GetBackingStoreEv",
                             "_ZNK2v812BackingStore4DataEv", "_ZNK2v812BackingStore10ByteLengthEv"}) {
    if (dlsym(RTLD_DEFAULT, symbol) == nullptr) return false;
  }
  return true;
}

}  // namespace

BackingStore backing_store_of(Napi::Value buffer) {
  std::shared_ptr<v8::BackingStore> store =
      buffer.IsArrayBuffer() ? store_of<v8::ArrayBuffer>(buffer) : store_of<v8::SharedArrayBuffer>(buffer);
  if (store == nullptr || store->Data() == nullptr) return {};
  auto* address = static_cast<std::byte*>(store->Data());
  const std::size_t bytes = store->ByteLength();
  return {.hold = std::move(store), .address = address, .bytes = bytes};
}

bool backing_stores_work(Napi::Env env) {
  if (!symbols_exist()) return false;
  Napi::ArrayBuffer probe = Napi::ArrayBuffer::New(env, 64);
  const std::shared_ptr<v8::BackingStore> store = store_of<v8::ArrayBuffer>(probe);
  // One owner is the buffer, the other is here. A standard library that counts otherwise would show another number.
  return store != nullptr && store.use_count() == 2 && store->Data() == probe.Data() && store->ByteLength() == 64;
}

}  // namespace heddle::binding
