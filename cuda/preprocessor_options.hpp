#pragma once

#include <string>
#include <vector>

namespace heddle::cuda {

// An option that decides what a source's text becomes.
struct PreprocessorOption {
  enum class Kind { define, undefine, folder, include, standard };

  Kind kind;
  std::string value;
};

// Those of NVRTC's options, in order, however they are spelled: "-Ia", "-I a", "-I=a", "--include-path=a", and a name and its
// value as two options. The others are left out.
[[nodiscard]] std::vector<PreprocessorOption> preprocessor_options(const std::vector<std::string>& options);

}  // namespace heddle::cuda
