#include "cuda/compile_cache.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "test/cuda/support/load_bed.hpp"

using namespace heddle;
using namespace heddle::cuda;

namespace {

const std::vector<std::byte> kImage{std::byte{1}, std::byte{0}, std::byte{2}};

}  // namespace

TEST_CASE("a cache gives back what it was given, for that key alone") {
  const test::TemporaryFolder folder;
  const CompileCache cache(folder.path() + "/new/folder");
  CHECK_FALSE(cache.find("key").has_value());
  cache.keep("key", kImage);
  CHECK(cache.find("key") == kImage);
  CHECK_FALSE(cache.find("ke").has_value());
  CHECK_FALSE(cache.find("").has_value());
}

TEST_CASE("a file that is not whole, or of another key, is not taken") {
  const test::TemporaryFolder folder;
  const std::string place = folder.path() + "/cache";
  const CompileCache cache(place);
  cache.keep("key", kImage);
  const std::filesystem::path file = std::filesystem::directory_iterator(place)->path();
  for (const std::string content : {"", "heddle image 1\n", "heddle image 1\n3:kez\1\2\3", "heddle image 1\n3:key"}) {
    std::ofstream(file, std::ios::binary) << content;
    CHECK_FALSE(cache.find("key").has_value());
  }
}

TEST_CASE("without a folder, or with one that can't be written, nothing is kept and nothing fails") {
  CompileCache("").keep("key", kImage);
  CHECK_FALSE(CompileCache("").find("key").has_value());
  CompileCache("/proc/nothing").keep("key", kImage);
  CHECK_FALSE(CompileCache("/proc/nothing").find("key").has_value());
}

TEST_CASE("a key has all that decides what comes out, and tells the parts apart") {
  CompileRequest request;
  request.source = "s";
  const std::string key = cache_key(request, "c");
  request.options = {"-a", "-b"};
  const std::string two = cache_key(request, "c");
  request.options = {"-a-b"};
  const std::string one = cache_key(request, "c");
  request.headers.push_back({"h", "t"});
  CHECK(key != two);
  CHECK(two != one);
  CHECK(one != cache_key(request, "c"));
  CHECK(cache_key(request, "c") != cache_key(request, "d"));
}
