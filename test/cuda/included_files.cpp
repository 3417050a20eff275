#include "cuda/included_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cuda/include_lines.hpp"
#include "cuda/preprocessor_options.hpp"
#include "test/cuda/support/load_bed.hpp"

using namespace heddle;
using namespace heddle::cuda;

namespace {

using Names = std::vector<std::string>;

struct Folder {
  test::TemporaryFolder temporary;
  const std::filesystem::path path = temporary.path();

  void put(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
  }
};

CompileRequest request(std::string source, std::vector<std::string> options = {}) {
  CompileRequest request;
  request.source = std::move(source);
  request.options = std::move(options);
  return request;
}

}  // namespace

TEST_CASE("the names that a text includes are read, in every spelling") {
  CHECK(include_lines("#include \"a.h\"\n # /* x */ include /**/ <b/c.h> // d\n%:include <e>\n#inc\\\nlude \"f\"\n")
            .names == Names{"a.h", "b/c.h", "e", "f"});
  CHECK(include_lines("/* a\n comment */ #include \"a.h\"\n#include_next <b>\r\n").names == Names{"a.h", "b"});
  CHECK(include_lines("#if defined(__has_include) && __has_include(<a>) || __has_include ( \"b\" )\n").names ==
        Names{"a", "b"});
  const IncludeLines none =
      include_lines("// #include \"a\"\n/*\n * #include \"b\"\n */\nint include = 0;\n#ifdef __has_include\n");
  CHECK(none.names.empty());
  CHECK(none.all_known);
  CHECK_FALSE(include_lines("#include NAME\n").all_known);
  CHECK_FALSE(include_lines("#define HAS(x) __has_include(x)\n").all_known);
  CHECK_FALSE(include_lines("#include \"a").all_known);
  CHECK(include_lines("").all_known);
}

TEST_CASE("options are read in every spelling") {
  using Kind = PreprocessorOption::Kind;
  const auto found = preprocessor_options({"-Ia", "-I b", "-I=c", "-I", "d", "--include-path=e", "--include-path", "f",
                                           "--use_fast_math", "-DX=1", "-include", "g", "--pre-include=h", "-std=c++20",
                                           "--includes", "-I"});
  Names values;
  for (const PreprocessorOption& option : found) values.push_back(option.value);
  CHECK(values == Names{"a", "b", "c", "d", "e", "f", "X=1", "g", "h", "c++20", ""});
  CHECK(found[6].kind == Kind::define);
  CHECK(found[7].kind == Kind::include);
  CHECK(found[9].kind == Kind::standard);
}

TEST_CASE("a source that includes its own headers takes nothing from the disk") {
  CompileRequest wanted = request("#include \"a.h\"\n");
  CHECK_FALSE(included_files(wanted, "").none);
  wanted.headers.push_back({"a.h", "int a;\n"});
  CHECK(included_files(wanted, "").none);
  CHECK(included_files(wanted, "").key.empty());
  wanted.headers[0].text = "#include <cstdint>\n";
  CHECK_FALSE(included_files(wanted, "").none);
  CHECK_FALSE(included_files(request("", {"-I."}), "").none);
  CHECK_FALSE(included_files(request("#include NAME\n"), "").none);
  CHECK_FALSE(included_files(request("", {"--use-pch=x"}), "").all_known);
}

TEST_CASE("the key changes with every file that is reached, and with no other") {
  const Folder folder;
  const CompileRequest wanted = request(
      "#include \"a.h\"\n", {"-I" + (folder.path / "one").string(), "--include-path", (folder.path / "two").string()});
  const auto key = [&] { return included_files(wanted, "").key; };
  std::string before = key();
  const auto changes = [&](const std::string& name, const std::string& text) {
    folder.put(name, text);
    const std::string after = key();
    return std::exchange(before, after) != after;
  };
  CHECK(before.empty());
  CHECK(changes("two/a.h", "#include \"deep/b.h\"\n"));
  CHECK(changes("two/deep/b.h", "#include \"c.h\"\n"));
  CHECK(changes("two/deep/c.h", "1\n"));
  CHECK(changes("two/deep/c.h", "2\n"));
  CHECK_FALSE(changes("two/c.c", "1\n"));
  CHECK(changes("one/a.h", "int it_comes_first;\n"));
  CHECK(changes("two/deep/c.h", "#include \"../deep/b.h\"\n"));  // in a circle
  std::filesystem::remove(folder.path / "one/a.h");
  CHECK(key() != before);
}

TEST_CASE("files that an option includes count, and the compiler's own do not") {
  const Folder folder;
  folder.put("own/a.h", "1\n");
  const std::string own = (folder.path / "own").string();
  CHECK(included_files(request("#include <a.h>\n", {"-I" + own}), own).key.empty());
  CHECK_FALSE(included_files(request("#include <a.h>\n", {"-I" + own}), "").key.empty());
  CHECK_FALSE(included_files(request("", {"-include", own + "/a.h"}), "").key.empty());
}
