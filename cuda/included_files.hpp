#pragma once

#include <string>

#include "cuda/compile.hpp"

namespace heddle::cuda {

// What a request takes from the disk, through its #include lines and its options.
struct IncludedFiles {
  bool none = true;  // nothing is included but its own headers, and no option names a folder or a file
  // False: there is an #include, a __has_include or an option with a name that only the compiler can tell.
  bool all_known = true;
  std::string key;  // changes whenever one of the files does, comes or goes
};

// Reads the source, its headers and, from there on, the files: each that an #include could mean in a folder of the options,
// in the working directory, or beside the file that includes it, taken or not. So it needs to know neither the order in
// which a compiler looks nor what it leaves out. What is found nowhere is the compiler's own, and so is the folder `own`.
[[nodiscard]] IncludedFiles included_files(const CompileRequest& request, const std::string& own);

}  // namespace heddle::cuda
