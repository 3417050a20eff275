#include "cuda/host/kernel_source.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace heddle;
using namespace heddle::cuda;
using host::check_supported;
using host::with_kernel_table;

namespace {

// What the preprocessor makes of __global__ and __shared__.
const std::string kKernel = "__attribute__((heddle_kernel))";
const std::string kShared = "__attribute__((heddle_shared)) thread_local";

std::string added(const std::string& source) { return with_kernel_table(source).substr(source.size()); }

bool lists(const std::string& source, const std::string& name) {
  return added(source).find("entry<&::" + name + ">(\"" + name + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("what the host device lacks is named, with its place") {
  const Compilation found =
      check_supported("// asm\nint a; /* wmma\n*/ const char* s = \"texture\";\n  asm(\"nop\");\n");
  CHECK(found.code == "ERR_HEDDLE_UNSUPPORTED");
  CHECK(found.message.find("(asm)") != std::string::npos);
  CHECK(found.line == 4);
  CHECK(found.column == 3);
  CHECK(check_supported("#include <stdint.h>\nint textures, wmma_size, asm_;\n").ok());
  CHECK(check_supported("").ok());
  CHECK(check_supported("/* never closed").ok());
  CHECK_FALSE(check_supported("#include <cooperative_groups.h>").ok());
}

TEST_CASE("the kernels of C linkage are listed, however they are declared") {
  CHECK(lists("extern \"C\" " + kKernel + " void f(int n) {}", "f"));
  CHECK(lists("extern \"C\" " + kKernel + " void __attribute__((aligned(8))) f(int n) {}", "f"));
  CHECK(lists("extern \"C\" " + kKernel + " [[gnu::aligned(8)]] void f(int n) {}", "f"));
  CHECK(lists("extern \"C\" [[maybe_unused]] " + kKernel + " void f(int n) {}", "f"));
  CHECK(lists("extern \"C\"\n{\n int g() { return 1; }\n" + kKernel + "\nvoid\nf\n()\n{}\n}", "f"));
  CHECK_FALSE(lists(kKernel + " void f(int n) {}", "f"));
  CHECK_FALSE(lists("extern \"C\" int g; " + kKernel + " void f(int n) {}", "f"));
  CHECK_FALSE(lists("extern \"C\" { } " + kKernel + " void f(int n) {}", "f"));
  const std::string twice = "extern \"C\" " + kKernel + " void f(int n);\n";
  const std::string table = added(twice + twice);
  CHECK(table.find("heddle_library = {heddle_abi::version, 1,") != std::string::npos);
}

TEST_CASE("kernels in namespaces are named in full") {
  const auto in_table = [](const std::string& source, const std::string& function) {
    return added(source).find("entry<&::" + function + ">(\"k\", &::" + function + ")") != std::string::npos;
  };
  const std::string kernel = "extern \"C\" " + kKernel + " void k(int n) {}";
  CHECK(in_table("namespace a { " + kernel + " }", "a::k"));
  CHECK(in_table("namespace a::b { int x; inline namespace [[maybe_unused]] c {" + kernel + " } }", "a::b::c::k"));
  CHECK(in_table("namespace { " + kernel + " }", "k"));
  CHECK(in_table("namespace a __attribute__((visibility(\"default\"))) { } " + kernel, "k"));
  CHECK(in_table("namespace a __attribute__((visibility(\"default\"))) { void f() { } " + kernel + " }", "a::k"));
  CHECK(in_table("extern \"C\" { namespace a { " + kKernel + " void k(int n) {} } }", "a::k"));
  CHECK_FALSE(lists("extern \"C\" { extern \"C++\" { " + kKernel + " void k(int n) {} } }", "k"));
}

TEST_CASE("a quote between digits, and a raw string, hide no kernels") {
  const std::string kernel = "extern \"C\" " + kKernel + " void f(int n) {}";
  CHECK(lists("extern \"C\" { int g() { return 1'000; } } " + kernel, "f"));
  CHECK(lists("extern \"C\" { int g() { return 1'000; } " + kKernel + " void f(int n) {} }", "f"));
  CHECK(lists("const char* s = R\"x( \" } {)\" )x\"; " + kernel, "f"));
  CHECK(check_supported("int a = 0x1'0; const char* s = u8R\"(\" asm )\";").ok());
  CHECK_FALSE(check_supported("int a = 1'0; asm(\"\");").ok());
}

TEST_CASE("shared memory that is declared extern gets a definition, once") {
  const std::string declared = "void f() { extern " + kShared + " unsigned char bytes[]; }\n";
  const std::string found = added(declared + declared);
  CHECK(found.find("thread_local unsigned char bytes[232448 / sizeof(unsigned char )];") != std::string::npos);
  CHECK(found.find("bytes[", found.find("bytes[") + 1) == std::string::npos);
  CHECK(added("void f() { " + kShared + " float part[4]; }").find("part") == std::string::npos);
}
