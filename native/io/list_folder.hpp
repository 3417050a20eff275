#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "native/io/entry_kind.hpp"
#include "native/io/path_call.hpp"

namespace heddle::io {

struct FolderEntry {
  std::string name;
  EntryKind kind;
};

// The names in a folder but for "." and "..", ordered by their bytes. Returns 0 or an error number. A folder that a link
// at the end of `path` leads to is listed only with `follow`. Where the file system does not tell a kind, lstat does.
int entries_of(const std::string& path, bool follow, std::vector<FolderEntry>& entries);

// The outcome's bytes are the entries, each ended by NUL: a digit for its kind, then the name. With kRecursive, folders
// that were found follow in the order in which Node lists them; before the entries of each, '/' and its path from the
// first folder. Without kWithTypes, links to folders count as folders there, as they do for Node.
[[nodiscard]] PathOutcome list_folder(const std::string& path, int flags, const std::atomic<bool>& cancelled);

}  // namespace heddle::io
