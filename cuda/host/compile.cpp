#include "cuda/host/compile.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "cuda/compile_cache.hpp"
#include "cuda/content_hash.hpp"
#include "cuda/host/build.hpp"
#include "cuda/host/child_process.hpp"
#include "cuda/host/kernel_abi.hpp"
#include "cuda/host/kernel_source.hpp"
#include "cuda/included_files.hpp"
#include "cuda/whole_file.hpp"

namespace heddle::cuda::host {

namespace {

std::optional<std::string> find_compiler(const CompileRequest& request) {
  if (!request.compiler.empty()) return find_program(request.compiler);
  for (const char* name : {"c++", "g++", "clang++"}) {
    if (auto found = find_program(name)) return found;
  }
  return std::nullopt;
}

// Which compiler, as far as a file tells: a new version is another file. To ask it would take a process each time.
std::string identity(const std::string& compiler, const CompileRequest& request) {
  struct stat file{};
  const std::string real = std::filesystem::canonical(compiler).string();
  if (stat(real.c_str(), &file) != 0) throw std::system_error(errno, std::generic_category(), real);
  return "host " + std::to_string(heddle_abi::version) + " " + real + " " + std::to_string(file.st_size) + " " +
         std::to_string(file.st_mtim.tv_sec) + "." + std::to_string(file.st_mtim.tv_nsec) +
         read_whole_file(request.language + "/device_language.hpp").value_or("");
}

}  // namespace

Compilation compile(const CompileRequest& request, const std::atomic<bool>& stop) {
  if (Compilation lacks = check_supported(request.source); !lacks.ok()) return lacks;
  const std::optional<std::string> compiler = find_compiler(request);
  if (!compiler) {
    return compile_failure(
        "ERR_HEDDLE_COMPILER",
        request.compiler.empty()
            ? "The host device builds kernels with the system's C++ compiler, and found none (c++, g++ or clang++ in "
              "PATH). Install g++ or clang, or name one in options.compiler"
            : "There is no C++ compiler '" + request.compiler + "' (options.compiler)");
  }
  std::optional<Build> build;
  std::string files;
  // What comes from the disk is best known by the preprocessor, which takes a process. Most sources include nothing.
  if (!included_files(request, "").none) {
    build.emplace(*compiler, request, stop);
    if (Compilation failure = build->preprocess(); !failure.ok()) return failure;
    files = std::to_string(build->text().size()) + " " + std::to_string(content_hash(build->text()));
  }
  const CompileCache cache(request.cache);
  const std::string key = cache_key(request, identity(*compiler, request), files);
  if (auto image = cache.find(key)) {
    Compilation found;
    found.image = std::move(*image);
    found.cached = true;
    return found;
  }
  if (!build) {
    build.emplace(*compiler, request, stop);
    if (Compilation failure = build->preprocess(); !failure.ok()) return failure;
  }
  Compilation made = build->compile();
  if (made.ok()) cache.keep(key, made.image);
  return made;
}

}  // namespace heddle::cuda::host
