#include "cuda/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

#include <cstddef>

namespace heddle::cuda {

std::optional<std::string> read_whole_file(const std::string& path) {
  // A FIFO in its place would keep the thread.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  struct stat status{};
  std::optional<std::string> content;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    content.emplace(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < content->size()) {
      const ssize_t got = read(file, content->data() + done, content->size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    if (done < content->size()) content.reset();
  }
  close(file);
  return content;
}

}  // namespace heddle::cuda
