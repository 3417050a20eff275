#include "cuda/included_files.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cuda/content_hash.hpp"
#include "cuda/include_lines.hpp"
#include "cuda/preprocessor_options.hpp"
#include "cuda/whole_file.hpp"

namespace heddle::cuda {

namespace fs = std::filesystem;

namespace {

// "" when there is none.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  fs::path found = fs::canonical(path.empty() ? "." : path, error);
  return error ? fs::path() : found;
}

// Precompiled headers, and options in a file.
bool takes_other_files(const std::string& option) {
  return option.find("pch") != std::string::npos || option.starts_with("--options-file") || option.starts_with("-optf");
}

class Reading {
 public:
  Reading(const CompileRequest& request, const std::string& own) : request_(request) {
    const fs::path compilers = own.empty() ? fs::path() : resolved(own);
    add_folder(".", compilers);
    add_folder(fs::path(request.name).parent_path(), compilers);
    result_.all_known = std::none_of(request.options.begin(), request.options.end(), takes_other_files);
    for (const PreprocessorOption& option : preprocessor_options(request.options)) {
      if (option.kind == PreprocessorOption::Kind::folder) add_folder(option.value, compilers);
      if (option.kind == PreprocessorOption::Kind::include) first_.push_back(option.value);
      if (option.kind == PreprocessorOption::Kind::folder || option.kind == PreprocessorOption::Kind::include) {
        result_.none = false;
      }
    }
  }

  IncludedFiles all() {
    for (const std::string& name : first_) include(name, {});
    read(request_.source, {});
    for (const CompileRequest::Header& header : request_.headers) read(header.text, {});
    while (!waiting_.empty()) {
      const Found found = std::move(waiting_.back());
      waiting_.pop_back();
      if (const auto text = read_whole_file(found.file.native())) {
        result_.key.append(found.file.native()).append(":").append(std::to_string(text->size())).append(":");
        result_.key.append(std::to_string(content_hash(*text))).append("\n");
        read(*text, found.folder);
      }
    }
    return std::move(result_);
  }

 private:
  // A link is read in one folder, and looks for what it includes in another, or both.
  struct Found {
    fs::path file;
    fs::path folder;
    auto operator<=>(const Found&) const = default;
  };

  void add_folder(const fs::path& path, const fs::path& compilers) {
    fs::path folder = resolved(path);
    if (!folder.empty() && folder != compilers) folders_.push_back(std::move(folder));
  }

  void read(std::string_view text, const fs::path& folder) {
    const IncludeLines lines = include_lines(text);
    result_.all_known = result_.all_known && lines.all_known;
    result_.none = result_.none && lines.all_known;
    for (const std::string& name : lines.names) include(name, folder);
  }

  void include(const std::string& name, const fs::path& folder) {
    const auto is_it = [&](const CompileRequest::Header& header) { return header.name == name; };
    if (std::none_of(request_.headers.begin(), request_.headers.end(), is_it)) result_.none = false;
    if (!folder.empty()) want(folder / name);
    for (const fs::path& place : folders_) want(place / name);
  }

  void want(const fs::path& spelled) {
    Found found{resolved(spelled), resolved(spelled.parent_path())};
    if (!found.file.empty() && seen_.insert(found).second) waiting_.push_back(std::move(found));
  }

  const CompileRequest& request_;
  std::vector<fs::path> folders_;
  std::vector<std::string> first_;
  std::vector<Found> waiting_;
  std::set<Found> seen_;
  IncludedFiles result_;
};

}  // namespace

IncludedFiles included_files(const CompileRequest& request, const std::string& own) {
  return Reading(request, own).all();
}

}  // namespace heddle::cuda
