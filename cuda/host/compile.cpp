#include "cuda/host/compile.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "cuda/compile_cache.hpp"
#include "cuda/host/child_process.hpp"
#include "cuda/host/kernel_abi.hpp"
#include "cuda/host/kernel_source.hpp"

namespace heddle::cuda::host {

namespace {

// Files of one compilation, which go with it.
class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "heddle-kernels-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void write_file(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) throw std::system_error(EIO, std::generic_category(), path);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<std::string> find_compiler(const CompileRequest& request) {
  if (!request.compiler.empty()) return find_program(request.compiler);
  for (const char* name : {"c++", "g++", "clang++"}) {
    if (auto found = find_program(name)) return found;
  }
  return std::nullopt;
}

// Which compiler, as far as a file tells: a new version is another file. To ask it would take a process each time.
std::string identity(const std::string& compiler, const CompileRequest& request) {
  struct stat file {};
  const std::string real = std::filesystem::canonical(compiler).string();
  if (stat(real.c_str(), &file) != 0) throw std::system_error(errno, std::generic_category(), real);
  return "host " + std::to_string(heddle_abi::version) + " " + real + " " + std::to_string(file.st_size) + " " +
         std::to_string(file.st_mtim.tv_sec) + "." + std::to_string(file.st_mtim.tv_nsec) +
         read_file(request.language + "/device_language.hpp");
}

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// NVRTC's options as the system's compiler takes them. What tunes GPU code means nothing here; "" is left out.
std::string translated(const std::string& option) {
  for (const std::string_view known : {"-D", "-U", "-I", "-std="}) {
    if (begins(option, known)) return option;
  }
  struct Long {
    std::string_view name;
    const char* here;
  };
  for (const Long& known : {Long{"--define-macro=", "-D"}, Long{"--undefine-macro=", "-U"},
                            Long{"--include-path=", "-I"}, Long{"--std=", "-std="}}) {
    if (begins(option, known.name)) return known.here + option.substr(known.name.size());
  }
  return {};
}

// "name:3:5: error: ..." is where the first error is.
void place_failure(Compilation& failure, const std::string& name) {
  std::string_view log = failure.log;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    const std::size_t error = line.find("error: ");
    if (error == std::string_view::npos) continue;
    if (failure.message.empty()) failure.message = line.substr(error + 7);
    if (!begins(line, name + ":")) continue;
    char* end = nullptr;
    const std::string numbers(line.substr(name.size() + 1));
    failure.line = static_cast<int>(std::strtol(numbers.c_str(), &end, 10));
    if (*end == ':') failure.column = static_cast<int>(std::strtol(end + 1, nullptr, 10));
    failure.message = line.substr(error + 7);
    return;
  }
}

Compilation failed(const ChildResult& child, const std::string& name) {
  if (child.stopped) {
    Compilation stopped;
    stopped.status = kDeviceClosed;
    return stopped;
  }
  Compilation failure = compile_failure("ERR_HEDDLE_COMPILE", "");
  failure.log = child.output;
  place_failure(failure, name);
  if (failure.message.empty()) {
    failure.message = "the C++ compiler ended with code " + std::to_string(child.exit_code);
  }
  return failure;
}

Compilation build(const std::string& compiler, const CompileRequest& request, const std::atomic<bool>& stop) {
  const Folder folder;
  const auto absolute = [&](const std::string& name) { return folder.file("headers/" + name); };
  for (const CompileRequest::Header& header : request.headers) write_file(absolute(header.name), header.text);
  write_file(folder.file("source.cu"), "#line 1 \"" + request.name + "\"\n" + request.source);
  std::vector<std::string> preprocess{compiler, "-E", "-x", "c++", "-std=c++17", "-w"};
  for (const std::string& option : request.options) {
    if (std::string here = translated(option); !here.empty()) preprocess.push_back(std::move(here));
  }
  for (const std::string& more : {"-I" + request.language, "-I" + folder.file("headers"), std::string("-include"),
                                  std::string("device_language.hpp"), folder.file("source.cu"), std::string("-o"),
                                  folder.file("source.ii")}) {
    preprocess.push_back(more);
  }
  if (const ChildResult child = run_child(preprocess, stop); child.exit_code != 0) return failed(child, request.name);
  write_file(folder.file("kernels.ii"), with_kernel_table(read_file(folder.file("source.ii"))));
  std::string standard = "-std=c++17";
  for (const std::string& option : preprocess) {
    if (begins(option, "-std=")) standard = option;
  }
  const std::vector<std::string> command{compiler,
                                         standard,
                                         "-O2",
                                         "-w",
                                         "-fPIC",
                                         "-shared",
                                         "-fvisibility=hidden",
                                         "-fno-strict-aliasing",
                                         folder.file("kernels.ii"),
                                         "-o",
                                         folder.file("kernels.so")};
  const ChildResult child = run_child(command, stop);
  if (child.exit_code != 0) return failed(child, request.name);
  const std::string image = read_file(folder.file("kernels.so"));
  Compilation made;
  made.log = child.output;
  made.image.resize(image.size());
  std::memcpy(made.image.data(), image.data(), image.size());
  return made;
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
  const CompileCache cache(request.cache);
  const std::string key = cache_key(request, identity(*compiler, request));
  if (auto image = cache.find(key)) {
    Compilation found;
    found.image = std::move(*image);
    found.cached = true;
    return found;
  }
  Compilation made = build(*compiler, request, stop);
  if (made.ok()) cache.keep(key, made.image);
  return made;
}

}  // namespace heddle::cuda::host
