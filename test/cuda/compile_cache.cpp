#include "cuda/compile_cache.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cuda/whole_file.hpp"
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

TEST_CASE("a file that is not whole, or of another key, is not taken, and is replaced") {
  const test::TemporaryFolder folder;
  const std::string place = folder.path() + "/cache";
  const CompileCache cache(place);
  cache.keep("key", kImage);
  const std::filesystem::path file = std::filesystem::directory_iterator(place)->path();
  const std::string good = *read_whole_file(file);
  std::vector<std::string> contents{"", "heddle image 1\n", "heddle image 1\n3:key\1\2\3", good + "x"};
  for (std::size_t i = 0; i < good.size(); ++i) {
    contents.push_back(good.substr(0, i));
    contents.push_back(good);
    contents.back()[i] ^= 4;
  }
  for (const std::string& content : contents) {
    std::ofstream(file, std::ios::binary) << content;
    CHECK_FALSE(cache.find("key").has_value());
    cache.keep("key", kImage);
    CHECK(cache.find("key") == kImage);
  }
}

TEST_CASE("what is no file in the place of one is not taken, and is replaced") {
  const test::TemporaryFolder folder;
  const std::string place = folder.path() + "/cache";
  const CompileCache cache(place);
  cache.keep("key", kImage);
  const std::filesystem::path file = std::filesystem::directory_iterator(place)->path();
  const auto in_its_place = [&](const auto& make) {
    std::filesystem::remove_all(file);
    make();
    CHECK_FALSE(cache.find("key").has_value());
    cache.keep("key", kImage);
    CHECK(cache.find("key") == kImage);
  };
  in_its_place([&] { std::filesystem::create_directories(file / "below"); });
  in_its_place([&] { CHECK(mkfifo(file.c_str(), 0600) == 0); });
  in_its_place([&] { std::filesystem::create_symlink("/nowhere", file); });
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
  CHECK(cache_key(request, "c", "f") != cache_key(request, "c"));
}
