#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cuda/error.hpp"

namespace heddle::cuda {

// CUDA C++ to be made into what a driver can load.
struct CompileRequest {
  struct Header {
    std::string name;  // as the source includes it
    std::string text;
  };

  std::string source;
  std::string name = "kernels.cu";   // of the source, in messages
  std::vector<std::string> options;  // NVRTC's; the host device understands -D, -U, -I, -include and -std=
  std::vector<Header> headers;
  std::string cache;     // a folder for what was compiled; empty: nothing is kept
  std::string compiler;  // path of libnvrtc, or of the C++ compiler; empty: found by itself
  std::string language;  // host device: the folder of device_language.hpp
};

// What came of it: an image, or a failure.
struct Compilation {
  std::vector<std::byte> image;  // PTX, a cubin, or for the host device a shared object
  std::string log;               // what the compiler said, warnings too
  bool cached = false;

  int status = kSuccess;  // a call that failed for another reason than the source
  // "" is none. ERR_HEDDLE_COMPILE: the source is wrong. ERR_HEDDLE_UNSUPPORTED: it uses what the host device lacks.
  // ERR_HEDDLE_COMPILER: there is no compiler, or it can't be used.
  std::string code;
  std::string message;  // the first error, for people
  std::string file;     // where: the source's name, or the header's; "" is the source's
  int line = 0;         // from 1; 0: nowhere
  int column = 0;

  [[nodiscard]] bool ok() const noexcept { return status == kSuccess && code.empty(); }
};

[[nodiscard]] Compilation compile_failure(std::string code, std::string message);

}  // namespace heddle::cuda
