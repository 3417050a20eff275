#include "cuda/compile_cache.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "cuda/content_hash.hpp"
#include "cuda/whole_file.hpp"

namespace heddle::cuda {

namespace {

constexpr std::string_view kMagic = "heddle image 2\n";
constexpr std::size_t kHashDigits = 16;

std::string hash_text(std::string_view text) {
  std::array<char, kHashDigits + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(content_hash(text)));
  return digits.data();
}

void append(std::string& key, std::string_view part) {
  key.append(std::to_string(part.size())).append(":").append(part);
}

// A file replaces another; of a folder that has come to have the name it can't.
bool put_in_place(const std::string& file, const std::string& path) {
  std::error_code error;
  std::filesystem::rename(file, path, error);
  if (!error) return true;
  if (std::filesystem::is_directory(path, error)) std::filesystem::remove_all(path, error);
  std::filesystem::rename(file, path, error);
  return !error;
}

}  // namespace

Compilation compile_failure(std::string code, std::string message) {
  Compilation failure;
  failure.code = std::move(code);
  failure.message = std::move(message);
  return failure;
}

std::string cache_key(const CompileRequest& request, std::string_view compiler, std::string_view files) {
  std::string key;
  append(key, compiler);
  append(key, request.name);
  for (const std::string& option : request.options) append(key, option);
  for (const CompileRequest::Header& header : request.headers) {
    append(key, header.name);
    append(key, header.text);
  }
  append(key, request.source);
  append(key, files);
  return key;
}

std::string CompileCache::path_of(std::string_view key) const { return folder_ + "/" + hash_text(key); }

std::optional<std::vector<std::byte>> CompileCache::find(std::string_view key) const {
  if (folder_.empty()) return std::nullopt;
  const std::optional<std::string> content = read_whole_file(path_of(key));
  if (!content) return std::nullopt;
  std::string head;
  append(head, key);
  std::string_view rest = *content;
  if (!rest.starts_with(kMagic)) return std::nullopt;
  rest.remove_prefix(kMagic.size());
  const std::string_view sum = rest.substr(0, kHashDigits);
  rest.remove_prefix(sum.size());
  if (sum != hash_text(rest) || !rest.starts_with(head) || rest.size() == head.size()) return std::nullopt;
  rest.remove_prefix(head.size());
  std::vector<std::byte> image(rest.size());
  std::memcpy(image.data(), rest.data(), image.size());
  return image;
}

void CompileCache::keep(std::string_view key, const std::vector<std::byte>& image) const {
  if (folder_.empty()) return;
  static std::atomic<unsigned> number{0};
  std::error_code ignored;
  std::filesystem::create_directories(folder_, ignored);
  const std::string path = path_of(key);
  const std::string whole = path + "." + std::to_string(getpid()) + "." + std::to_string(number.fetch_add(1));
  std::string content;
  append(content, key);
  content.append(reinterpret_cast<const char*>(image.data()), image.size());
  {
    std::ofstream file(whole, std::ios::binary);
    file << kMagic << hash_text(content) << content;
    file.close();
    if (file && put_in_place(whole, path)) return;
  }
  std::filesystem::remove(whole, ignored);
}

}  // namespace heddle::cuda
