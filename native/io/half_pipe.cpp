#include "native/io/half_pipe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace heddle::io {

bool opens_half_a_pipe(Request& request, std::int64_t result) noexcept {
  if (request.opcode != Opcode::open || (request.flags & O_NONBLOCK) != 0 || request.on_worker || request.cancelled) {
    return false;
  }
  if (result < 0) return result == -ENXIO;
  if ((request.flags & (O_ACCMODE | O_PATH)) != O_RDONLY) return false;
  const int fd = static_cast<int>(result);
  struct stat attributes{};
  // Most files have a position, and asking for that costs less.
  if (lseek(fd, 0, SEEK_CUR) >= 0 || fstat(fd, &attributes) != 0 || !S_ISFIFO(attributes.st_mode)) return false;
  request.half_pipe = fd;
  return true;
}

}  // namespace heddle::io
