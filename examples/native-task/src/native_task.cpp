#include <napi.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "binding/promise.hpp"
#include "native/io/file_error.hpp"
#include "native/io/operations.hpp"
#include "native/pool_scope.hpp"
#include "native/shared_pool.hpp"
#include "native/typed_error.hpp"

namespace {

using Bytes = std::vector<std::byte>;

struct Descriptor {
  explicit Descriptor(std::int64_t opened) : number(static_cast<int>(opened)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(number); }
  const int number;
};

std::int64_t checked(heddle::io::Result result, const char* call, const std::string& path) {
  if (!result.ok()) throw heddle::io::FileError(result.error(), call, path);
  return result.value();
}

heddle::Task<Bytes> read_all(std::string path, heddle::StopToken stop) {
  const heddle::io::Result opened = co_await heddle::io::open(path, O_RDONLY, 0, stop);
  const Descriptor file(checked(opened, "open", path));
  struct statx status{};
  const heddle::io::Result known = co_await heddle::io::stat(file.number, status, stop);
  checked(known, "fstat", path);
  if (!S_ISREG(status.stx_mode)) throw heddle::TypedError("ERR_NOT_A_FILE", path + " is not a regular file");
  Bytes bytes(status.stx_size);
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto rest = std::span(bytes).subspan(filled);
    const heddle::io::Result got =
        co_await heddle::io::read(file.number, rest, static_cast<std::int64_t>(filled), stop);
    if (checked(got, "read", path) == 0) break;  // somebody made it shorter
    filled += static_cast<std::size_t>(got.value());
  }
  bytes.resize(filled);
  co_return bytes;
}

std::byte rotated(std::byte byte) {
  const auto letter = std::to_integer<unsigned char>(byte);
  const unsigned char a = letter >= 'a' ? 'a' : 'A';
  return letter < a || letter > a + 25 ? byte : std::byte(a + (letter - a + 13) % 26);
}

// On the pool.
heddle::Task<void> rotate(std::span<std::byte> part, const heddle::PoolScope& scope) {
  if (!scope.stop_requested()) std::transform(part.begin(), part.end(), part.begin(), rotated);
  co_return;
}

heddle::Task<Bytes> rot13(std::string path, heddle::StopToken stop) {
  constexpr std::size_t kPart = std::size_t{256} << 10;
  Bytes bytes = co_await read_all(std::move(path), stop);
  const std::span<std::byte> all(bytes);
  heddle::PoolScope parts(heddle::shared_pool(), stop);
  for (std::size_t at = 0; at < all.size(); at += kPart) {
    parts.spawn(rotate(all.subspan(at, std::min(kPart, all.size() - at)), parts));
  }
  co_await parts.join();
  if (stop.stop_requested()) throw std::system_error(std::make_error_code(std::errc::operation_canceled));
  co_return bytes;
}

// rot13(path, signal): Promise<Uint8Array>
Napi::Value Rot13(const Napi::CallbackInfo& call) {
  return heddle::spawn(call.Env(), call[1], rot13, call[0].As<Napi::String>().Utf8Value());
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("rot13", Napi::Function::New<Rot13>(env, "rot13"));
  return exports;
}

}  // namespace

NODE_API_MODULE(native_task, Init)
