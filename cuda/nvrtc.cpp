#include "cuda/nvrtc.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cuda/compile_cache.hpp"
#include "cuda/included_files.hpp"
#include "cuda/nvrtc_log.hpp"
#include "cuda/toolkit_headers.hpp"
#include "native/immortal.hpp"

namespace heddle::cuda::nvrtc {

namespace {

using Program = struct ProgramObject*;
using Result = int;  // 0 is success

// The calls we make of the library. It stays open once it is.
struct Api {
  Result (*version)(int* major, int* minor);
  Result (*architecture_count)(int* count);
  Result (*architectures)(int* list);
  Result (*create)(Program* program, const char* source, const char* name, int headers, const char* const* texts,
                   const char* const* names);
  Result (*destroy)(Program* program);
  Result (*compile)(Program program, int count, const char* const* options);
  Result (*log_size)(Program program, std::size_t* bytes);
  Result (*log)(Program program, char* text);
  Result (*ptx_size)(Program program, std::size_t* bytes);
  Result (*ptx)(Program program, char* text);
  Result (*cubin_size)(Program program, std::size_t* bytes);
  Result (*cubin)(Program program, char* bytes);
  const char* (*error_text)(Result result);
  Result (*set_flow_callback)(Program program, int (*callback)(void*, void*), void* payload);  // since 12.8; or null
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

std::optional<Api> open(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::nullopt;
  Api api{};
  (void)find(library, "nvrtcSetFlowCallback", api.set_flow_callback);
  const bool complete =
      find(library, "nvrtcVersion", api.version) &&
      find(library, "nvrtcGetNumSupportedArchs", api.architecture_count) &&
      find(library, "nvrtcGetSupportedArchs", api.architectures) && find(library, "nvrtcCreateProgram", api.create) &&
      find(library, "nvrtcDestroyProgram", api.destroy) && find(library, "nvrtcCompileProgram", api.compile) &&
      find(library, "nvrtcGetProgramLogSize", api.log_size) && find(library, "nvrtcGetProgramLog", api.log) &&
      find(library, "nvrtcGetPTXSize", api.ptx_size) && find(library, "nvrtcGetPTX", api.ptx) &&
      find(library, "nvrtcGetCUBINSize", api.cubin_size) && find(library, "nvrtcGetCUBIN", api.cubin) &&
      find(library, "nvrtcGetErrorString", api.error_text);
  if (complete) return api;
  dlclose(library);
  return std::nullopt;
}

std::vector<std::string> places(const std::string& named) {
  if (!named.empty()) return {named};
  if (const char* path = std::getenv("HEDDLE_NVRTC"); path != nullptr && *path != '\0') return {path};
  return {"libnvrtc.so.13", "libnvrtc.so.12", "/usr/local/cuda/lib64/libnvrtc.so.13",
          "/usr/local/cuda/lib64/libnvrtc.so.12"};
}

// Each library is opened once for the process. Null: there is none.
const Api* library(const std::string& named) {
  static Immortal<std::mutex> mutex;
  static Immortal<std::map<std::string, Api>> opened;
  const std::lock_guard lock(*mutex);
  for (const std::string& path : places(named)) {
    if (const auto found = (*opened).find(path); found != (*opened).end()) return &found->second;
    if (const auto api = open(path)) return &(*opened).emplace(path, *api).first->second;
  }
  return nullptr;
}

Compilation no_library(const CompileRequest& request) {
  std::string message =
      "NVRTC was not found. Install CUDA's libnvrtc (the package cuda-nvrtc), or name it in "
      "options.compiler or HEDDLE_NVRTC; kernels that were compiled before need none (library)";
  if (!request.compiler.empty()) message = "'" + request.compiler + "' can't be opened as NVRTC (options.compiler)";
  return compile_failure("ERR_HEDDLE_COMPILER", std::move(message));
}

struct Target {
  int architecture = 0;
  bool cubin = false;
};

Target target_for(const Api& api, int architecture) {
  int count = 0;
  if (api.architecture_count(&count) != 0 || count <= 0) return {architecture, false};
  std::vector<int> known(static_cast<std::size_t>(count));
  if (api.architectures(known.data()) != 0) return {architecture, false};
  if (std::find(known.begin(), known.end(), architecture) != known.end()) return {architecture, true};
  int best = known.front();
  for (const int each : known) {
    if (each <= architecture) best = std::max(best, each);
  }
  return {best, false};
}

// Where the library was opened from.
std::string file_of(const Api& api) {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(api.version), &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

bool names_architecture(const std::string& option) {
  return option.starts_with("-arch") || option.starts_with("--gpu-architecture");
}

class Compiling {
 public:
  Compiling(const Api& api, const CompileRequest& request) : api_(api) {
    std::vector<const char*> texts;
    std::vector<const char*> names;
    for (const CompileRequest::Header& header : request.headers) {
      texts.push_back(header.text.c_str());
      names.push_back(header.name.c_str());
    }
    result_ = api.create(&program_, request.source.c_str(), request.name.c_str(), static_cast<int>(names.size()),
                         texts.data(), names.data());
  }
  Compiling(const Compiling&) = delete;
  Compiling& operator=(const Compiling&) = delete;
  ~Compiling() {
    if (program_ != nullptr) (void)api_.destroy(&program_);
  }

  Result run(const std::vector<std::string>& options, const std::atomic<bool>& stop) {
    if (result_ != 0) return result_;
    if (api_.set_flow_callback != nullptr) {
      const auto stopped = [](void* flag, void*) {
        return static_cast<const std::atomic<bool>*>(flag)->load(std::memory_order_relaxed) ? 1 : 0;
      };
      (void)api_.set_flow_callback(program_, stopped, const_cast<std::atomic<bool>*>(&stop));
    }
    std::vector<const char*> texts;
    for (const std::string& option : options) texts.push_back(option.c_str());
    return api_.compile(program_, static_cast<int>(texts.size()), texts.data());
  }

  std::string log() const {
    std::size_t bytes = 0;
    if (program_ == nullptr || api_.log_size(program_, &bytes) != 0 || bytes <= 1) return {};
    std::string text(bytes, '\0');
    if (api_.log(program_, text.data()) != 0) return {};
    text.resize(bytes - 1);
    return text;
  }

  std::vector<std::byte> image(bool cubin) const {
    std::size_t bytes = 0;
    if ((cubin ? api_.cubin_size : api_.ptx_size)(program_, &bytes) != 0) return {};
    std::vector<std::byte> made(bytes);
    if ((cubin ? api_.cubin : api_.ptx)(program_, reinterpret_cast<char*>(made.data())) != 0) made.clear();
    return made;
  }

 private:
  const Api& api_;
  Program program_ = nullptr;
  Result result_ = 0;
};

}  // namespace

bool available() { return library("") != nullptr; }

Compilation compile(const CompileRequest& request, int architecture, const std::atomic<bool>& stop) {
  const Api* const api = library(request.compiler);
  if (api == nullptr) return no_library(request);
  int major = 0;
  int minor = 0;
  (void)api->version(&major, &minor);
  Target target = target_for(*api, architecture);
  std::vector<std::string> options = request.options;
  if (std::any_of(options.begin(), options.end(), names_architecture)) {
    target.cubin = std::any_of(options.begin(), options.end(),
                               [](const std::string& option) { return option.find("=sm_") != std::string::npos; });
  } else {
    options.push_back((target.cubin ? "--gpu-architecture=sm_" : "--gpu-architecture=compute_") +
                      std::to_string(target.architecture));
  }
  // Behind the program's own folders.
  const std::string headers = toolkit_headers(file_of(*api));
  if (!headers.empty()) options.push_back("--include-path=" + headers);
  const std::string compiler =
      headers + " nvrtc " + std::to_string(major) + "." + std::to_string(minor) + " " + std::to_string(architecture);
  const IncludedFiles files = included_files(request, headers);
  const CompileCache cache(files.all_known ? request.cache : "");
  const std::string key = cache_key(request, compiler, files.key);
  Compilation made;
  if (auto image = cache.find(key)) {
    made.image = std::move(*image);
    made.cached = true;
    return made;
  }
  Compiling compiling(*api, request);
  const Result result = compiling.run(options, stop);
  made.log = compiling.log();
  if (result == 0) made.image = compiling.image(target.cubin);
  if (!made.image.empty()) {
    // A file may have changed while it was compiled: which of its contents the image has is not known then.
    if (included_files(request, headers).key == files.key) cache.keep(key, made.image);
  } else if (stop.load(std::memory_order_relaxed)) {
    made.status = kDeviceClosed;
  } else {
    made.code = "ERR_HEDDLE_COMPILE";
    made.message = api->error_text(result);
    place_failure(made);
    if (headers.empty() && misses_toolkit_header(made.log)) {
      made.message +=
          ". The headers of the CUDA toolkit were not found: install them (the package cuda-cudart-dev, or "
          "nvidia-cuda-runtime of pip), set CUDA_HOME to the toolkit, or name their folder with --include-path";
    }
  }
  return made;
}

}  // namespace heddle::cuda::nvrtc
