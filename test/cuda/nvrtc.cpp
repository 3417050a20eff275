#include "cuda/nvrtc.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "cuda/nvrtc_log.hpp"
#include "cuda/toolkit_headers.hpp"
#include "test/cuda/support/load_bed.hpp"

using namespace heddle;
using namespace heddle::cuda;

namespace {

const std::atomic<bool> go_on{false};

CompileRequest request(std::string source) {
  CompileRequest request;
  request.source = std::move(source);
  return request;
}

std::string_view text(const Compilation& made) {
  return {reinterpret_cast<const char*>(made.image.data()), made.image.size()};
}

// Skips out loud, since nothing else here compiles for a GPU.
bool has_nvrtc() {
  if (nvrtc::available()) return true;
  MESSAGE("NVRTC was not found (HEDDLE_NVRTC names one): skipped");
  return false;
}

}  // namespace

TEST_CASE("the first error of NVRTC's log is placed by line and caret") {
  Compilation failure = compile_failure("ERR_HEDDLE_COMPILE", "NVRTC_ERROR_COMPILATION");
  failure.log =
      "mine.cu(1): warning #177-D: variable \"a\" was declared but never referenced\n"
      "  int a;\n      ^\n\n"
      "mine.cu(12): error: identifier \"foo\" is undefined\n      x[n] = foo + 1;\n             ^\n\n"
      "mine.cu(13): error: identifier \"bar\" is undefined\n  bar;\n  ^\n\n2 errors detected\n";
  nvrtc::place_failure(failure);
  CHECK(failure.message == "identifier \"foo\" is undefined");
  CHECK(failure.file == "mine.cu");
  CHECK(failure.line == 12);
  CHECK(failure.column == 12);
  Compilation other = compile_failure("ERR_HEDDLE_COMPILE", "unchanged");
  other.log = "nvrtc: nothing to say\n";
  nvrtc::place_failure(other);
  CHECK(other.message == "unchanged");
  CHECK(other.line == 0);
  other.log = "/some (odd)/v.h(3): catastrophic error: it ends\n";
  nvrtc::place_failure(other);
  CHECK(other.message == "it ends");
  CHECK(other.file == "/some (odd)/v.h");
  CHECK(other.line == 3);
  CHECK(other.column == 0);
}

TEST_CASE("a library that is not NVRTC is said to be none") {
  CompileRequest wanted = request("");
  wanted.compiler = "/nowhere/libnvrtc.so";
  const Compilation made = nvrtc::compile(wanted, 90, go_on);
  CHECK(made.code == "ERR_HEDDLE_COMPILER");
  CHECK(made.message.find("/nowhere/libnvrtc.so") != std::string::npos);
}

TEST_CASE("NVRTC compiles to PTX and to cubins, with headers and options") {
  if (!has_nvrtc()) return;
  CompileRequest wanted = request(
      "#include \"amount.h\"\n"
      "extern \"C\" __global__ void add(int n, float* x) { x[n] += AMOUNT; }\n");
  wanted.headers.push_back({"amount.h", "#define AMOUNT FACTOR * 21\n"});
  wanted.options.emplace_back("-DFACTOR=2");
  const Compilation cubin = nvrtc::compile(wanted, 90, go_on);
  REQUIRE_MESSAGE(cubin.ok(), cubin.message, cubin.log);
  CHECK(text(cubin).substr(1, 3) == "ELF");
  wanted.options.emplace_back("--gpu-architecture=compute_90");
  const Compilation ptx = nvrtc::compile(wanted, 90, go_on);
  REQUIRE_MESSAGE(ptx.ok(), ptx.message, ptx.log);
  CHECK(text(ptx).find(".entry add") != std::string_view::npos);
  // Of a device that it does not know it compiles PTX, which the driver takes.
  const Compilation newer = nvrtc::compile(request("extern \"C\" __global__ void f() {}"), 999, go_on);
  REQUIRE_MESSAGE(newer.ok(), newer.message, newer.log);
  CHECK(text(newer).find(".entry f") != std::string_view::npos);
}

TEST_CASE("an error of NVRTC's has its place and its log") {
  if (!has_nvrtc()) return;
  CompileRequest wanted = request("extern \"C\" __global__ void f(int* x) {\n  *x = missing;\n}\n");
  wanted.name = "mine.cu";
  const Compilation made = nvrtc::compile(wanted, 90, go_on);
  CHECK(made.code == "ERR_HEDDLE_COMPILE");
  CHECK(made.line == 2);
  CHECK(made.column == 8);
  CHECK(made.message.find("missing") != std::string::npos);
  CHECK(made.log.find("mine.cu(2)") != std::string::npos);
}

TEST_CASE("an error of NVRTC's in a header has its place there") {
  if (!has_nvrtc()) return;
  const test::TemporaryFolder folder;
  const std::string file = folder.path() + "/deep.h";
  std::ofstream(file) << "\n  missing y;\n";
  CompileRequest wanted = request("#include \"a.h\"\n");
  wanted.headers.push_back({"a.h", "\n\nmissing x;\n"});
  const Compilation given = nvrtc::compile(wanted, 90, go_on);
  CHECK_MESSAGE(given.file == "a.h", given.log);
  CHECK(given.line == 3);
  wanted.headers[0].text = "#include \"deep.h\"\n";
  wanted.options.push_back("-I" + folder.path());
  const Compilation found = nvrtc::compile(wanted, 90, go_on);
  CHECK_MESSAGE(found.file == file, found.log);
  CHECK(found.line == 2);
  CHECK(found.column == 3);
}

TEST_CASE("what NVRTC has compiled is kept") {
  if (!has_nvrtc()) return;
  const test::TemporaryFolder folder;
  CompileRequest wanted = request("extern \"C\" __global__ void f() {}");
  wanted.cache = folder.path() + "/cache";
  CHECK_FALSE(nvrtc::compile(wanted, 90, go_on).cached);
  const Compilation again = nvrtc::compile(wanted, 90, go_on);
  CHECK(again.cached);
  CHECK(!again.image.empty());
  CHECK_FALSE(nvrtc::compile(wanted, 80, go_on).cached);
}

TEST_CASE("what NVRTC has compiled is compiled again when a file that it includes changes") {
  if (!has_nvrtc()) return;
  const test::TemporaryFolder folder;
  const auto put = [&folder](const char* text) { std::ofstream(folder.path() + "/v.h") << text; };
  CompileRequest wanted = request("#include \"v.h\"\nextern \"C\" __global__ void VALUE() {}");
  wanted.cache = folder.path() + "/cache";
  wanted.options = {"-I", folder.path(), "--gpu-architecture=compute_90"};
  put("#define VALUE one\n");
  CHECK(text(nvrtc::compile(wanted, 90, go_on)).find(".entry one") != std::string_view::npos);
  CHECK(nvrtc::compile(wanted, 90, go_on).cached);
  put("#define VALUE two\n");
  CHECK(text(nvrtc::compile(wanted, 90, go_on)).find(".entry two") != std::string_view::npos);
  wanted.source = "#define HEADER \"v.h\"\n#include HEADER\nextern \"C\" __global__ void VALUE() {}";
  CHECK(nvrtc::compile(wanted, 90, go_on).ok());
  CHECK_FALSE(nvrtc::compile(wanted, 90, go_on).cached);
}

TEST_CASE("the toolkit's headers are found where a variable names them, and beside the library") {
  const test::TemporaryFolder folder;
  const std::filesystem::path home = folder.path();
  const auto put = [&home](const char* place, const char* file) {
    std::filesystem::create_directories(home / place);
    std::ofstream(home / place / file) << "\n";
  };
  put("toolkit/include", "cuda_fp16.h");
  put("toolkit/lib64", "libnvrtc.so.13");
  put("nvidia/cuda_nvrtc/lib", "libnvrtc.so.12");
  put("nvidia/cuda_runtime/include", "cuda_fp16.h");
  const std::filesystem::path real = std::filesystem::canonical(home);
  CHECK(toolkit_headers(home / "toolkit/lib64/libnvrtc.so.13") == real / "toolkit/include");
  CHECK(toolkit_headers(home / "nvidia/cuda_nvrtc/lib/libnvrtc.so.12") == real / "nvidia/cuda_runtime/include");
  setenv("CUDA_HOME", (home / "toolkit").c_str(), 1);
  CHECK(toolkit_headers("/nowhere/libnvrtc.so.13") == home / "toolkit/include");
  unsetenv("CUDA_HOME");
}

TEST_CASE("a log says when a header of the toolkit is missing, and not when another is") {
  CHECK(misses_toolkit_header("a.cu(1): catastrophic error: cannot open source file \"cuda_fp16.h\"\n"));
  CHECK(misses_toolkit_header("a.cu(1): catastrophic error: could not open source file \"mma.h\" (no directories)\n"));
  CHECK_FALSE(misses_toolkit_header("a.cu(1): catastrophic error: cannot open source file \"mine.h\"\n"));
  CHECK_FALSE(misses_toolkit_header("a.cu(2): error: identifier \"cuda_fp16\" is undefined\n"));
}

TEST_CASE("a kernel of half floats is compiled with the toolkit's headers") {
  if (!has_nvrtc() || toolkit_headers("").empty()) return;
  const Compilation made =
      nvrtc::compile(request("#include <cuda_fp16.h>\nextern \"C\" __global__ void twice(__half* x) { *x = __hadd(*x, *x); }"),
                     90, go_on);
  CHECK_MESSAGE(made.ok(), made.log);
}
