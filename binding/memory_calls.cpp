#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "binding/arguments.hpp"
#include "binding/backing_store.hpp"
#include "binding/calls.hpp"
#include "binding/environment.hpp"
#include "native/fresh_memory.hpp"

namespace heddle::binding {

namespace {

// addBuffer(arrayBuffer | sharedArrayBuffer, capacity): its number, or -1 when it is detached or empty.
Napi::Value add_buffer(const Napi::CallbackInfo& call) {
  const BackingStore store = backing_store_of(call[0]);
  if (store.hold == nullptr) return Napi::Number::New(call.Env(), -1);
  // V8 reserves the addresses of a resizable buffer to its capacity at once.
  const auto capacity = std::max(store.bytes, static_cast<std::size_t>(number(call, 1)));
  bridge::MemoryTable& memory = Environment::of(call.Env()).bridge().memory();
  return Napi::Number::New(call.Env(), memory.add_borrowed(store.hold, store.address, capacity));
}

// hostBuffer(memory, bytes): an ArrayBuffer over pinned memory, which it keeps
Napi::Value host_buffer(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  bridge::HeldMemory memory = Environment::of(env).bridge().memory().hold(integer(call, 0), 0, number(call, 1));
  if (memory.address == nullptr) return Napi::ArrayBuffer::New(env, 0);
  auto keep = std::make_unique<std::shared_ptr<void>>(std::move(memory.hold));
  return Napi::ArrayBuffer::New(
      env, memory.address, memory.bytes,
      [](Napi::Env, void*, std::shared_ptr<void>* kept) { const std::unique_ptr<std::shared_ptr<void>> drop(kept); },
      keep.release());
}

// alignedBuffer(bytes): an ArrayBuffer of its own memory, zeros that start at a page; undefined when there is none left
Napi::Value aligned_buffer(const Napi::CallbackInfo& call) {
  const auto bytes = static_cast<std::size_t>(number(call, 0));
  auto memory = std::make_unique<FreshMemory>(FreshMemory::map(bytes));
  if (!*memory) return call.Env().Undefined();
  std::byte* address = memory->address();
  return Napi::ArrayBuffer::New(
      call.Env(), address, bytes,
      [](Napi::Env, void*, FreshMemory* last) { const std::unique_ptr<FreshMemory> drop(last); }, memory.release());
}

// preferLargePages(arrayBuffer)
Napi::Value prefer_large_pages(const Napi::CallbackInfo& call) {
  const BackingStore store = backing_store_of(call[0]);
  heddle::prefer_large_pages(store.address, store.bytes);
  return call.Env().Undefined();
}

// detach(arrayBuffer): its views lose their elements, and it lets go of its memory
Napi::Value detach(const Napi::CallbackInfo& call) {
  napi_detach_arraybuffer(call.Env(), call[0]);
  return call.Env().Undefined();
}

}  // namespace

void add_memory_calls(Napi::Env env, Napi::Object exports) {
  exports.Set("addBuffer", Napi::Function::New<add_buffer>(env, "addBuffer"));
  exports.Set("hostBuffer", Napi::Function::New<host_buffer>(env, "hostBuffer"));
  exports.Set("alignedBuffer", Napi::Function::New<aligned_buffer>(env, "alignedBuffer"));
  exports.Set("preferLargePages", Napi::Function::New<prefer_large_pages>(env, "preferLargePages"));
  exports.Set("detach", Napi::Function::New<detach>(env, "detach"));
}

}  // namespace heddle::binding
