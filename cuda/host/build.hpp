#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "cuda/compile.hpp"
#include "cuda/host/child_process.hpp"

namespace heddle::cuda::host {

// One compilation, in two steps. Its files are in a folder of their own, which goes with it. Throws what files and processes
// throw.
class Build {
 public:
  Build(std::string compiler, const CompileRequest& request, const std::atomic<bool>& stop);
  Build(const Build&) = delete;
  Build& operator=(const Build&) = delete;
  ~Build();

  // Reads in all that the source includes; ok() when it succeeds.
  [[nodiscard]] Compilation preprocess();
  // What came of it. Two builds of the same text, by the same compiler, make the same kernels: the folder is not in it.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  // An image, of the text.
  [[nodiscard]] Compilation compile();

 private:
  [[nodiscard]] std::string file(const std::string& name) const { return folder_ + "/" + name; }
  [[nodiscard]] ChildResult run(const std::vector<std::string>& command) const;
  void leave_out_folder(std::string& text) const;

  const std::string compiler_;
  const CompileRequest& request_;
  const std::atomic<bool>& stop_;
  std::string folder_;
  std::string standard_ = "-std=c++17";
  std::string text_;
};

}  // namespace heddle::cuda::host
