#include "native/io/list_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

namespace heddle::io {

namespace {

bool leads_to_folder(const std::string& path) noexcept {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.empty() || folder.back() == '/' ? folder + name : folder + '/' + name;
}

}  // namespace

int entries_of(const std::string& path, bool follow, std::vector<FolderEntry>& entries) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  if (fd < 0) return errno;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(fd), &::closedir);
  if (folder == nullptr) return errno;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") entries.push_back({std::string(name), kind_of(fd, entry->d_name, entry->d_type)});
  }
  if (errno != 0) return errno;
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return 0;
}

PathOutcome list_folder(const std::string& path, int flags, const std::atomic<bool>& cancelled) {
  PathOutcome outcome;
  std::vector<std::string> folders{std::string{}};  // from the first folder; the last is listed next
  while (!folders.empty()) {
    if (cancelled.load(std::memory_order_relaxed)) return {.result = -ECANCELED};
    const std::string below = std::move(folders.back());
    folders.pop_back();
    const std::string folder = below.empty() ? path : joined(path, below);
    std::vector<FolderEntry> entries;
    if (const int error = entries_of(folder, true, entries)) return failed_at(error, "scandir", folder);
    if (!below.empty()) outcome.bytes.append("/").append(below).push_back('\0');
    for (const FolderEntry& entry : entries) {
      outcome.bytes.append(1, digit_of(entry.kind)).append(entry.name).push_back('\0');
      if ((flags & kRecursive) == 0) continue;
      std::string name = below.empty() ? entry.name : joined(below, entry.name);
      const bool link = entry.kind == EntryKind::link && (flags & kWithTypes) == 0;
      if (entry.kind == EntryKind::folder || (link && leads_to_folder(joined(path, name)))) {
        folders.push_back(std::move(name));
      }
    }
  }
  return outcome;
}

}  // namespace heddle::io
