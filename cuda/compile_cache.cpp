#include "cuda/compile_cache.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace heddle::cuda {

namespace {

constexpr std::string_view kMagic = "heddle image 1\n";

// FNV-1a: spreads names over files. What a file holds is compared, so more is not asked of it.
std::uint64_t hash(std::string_view text) noexcept {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return value;
}

void append(std::string& key, std::string_view part) {
  key.append(std::to_string(part.size())).append(":").append(part);
}

}  // namespace

Compilation compile_failure(std::string code, std::string message) {
  Compilation failure;
  failure.code = std::move(code);
  failure.message = std::move(message);
  return failure;
}

std::string cache_key(const CompileRequest& request, std::string_view compiler) {
  std::string key;
  append(key, compiler);
  append(key, request.name);
  for (const std::string& option : request.options) append(key, option);
  for (const CompileRequest::Header& header : request.headers) {
    append(key, header.name);
    append(key, header.text);
  }
  append(key, request.source);
  return key;
}

std::string CompileCache::path_of(std::string_view key) const {
  std::array<char, 17> name{};
  std::snprintf(name.data(), name.size(), "%016llx", static_cast<unsigned long long>(hash(key)));
  return folder_ + "/" + name.data();
}

std::optional<std::vector<std::byte>> CompileCache::find(std::string_view key) const {
  if (folder_.empty()) return std::nullopt;
  std::ifstream file(path_of(key), std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  std::string head(kMagic);
  append(head, key);
  if (!file || content.size() <= head.size() || content.compare(0, head.size(), head) != 0) return std::nullopt;
  std::vector<std::byte> image(content.size() - head.size());
  std::memcpy(image.data(), content.data() + head.size(), image.size());
  return image;
}

void CompileCache::keep(std::string_view key, const std::vector<std::byte>& image) const {
  if (folder_.empty()) return;
  static std::atomic<unsigned> number{0};
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  const std::string path = path_of(key);
  const std::string whole = path + "." + std::to_string(getpid()) + "." + std::to_string(number.fetch_add(1));
  {
    std::ofstream file(whole, std::ios::binary);
    std::string head(kMagic);
    append(head, key);
    file.write(head.data(), static_cast<std::streamsize>(head.size()));
    file.write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(image.size()));
    file.close();
    if (file) std::filesystem::rename(whole, path, ignored);
    if (file && !ignored) return;
  }
  std::filesystem::remove(whole, ignored);
}

}  // namespace heddle::cuda
