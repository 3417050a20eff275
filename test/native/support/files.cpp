#include "test/native/support/files.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace heddle::test {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    reset();
    number_ = other.release();
  }
  return *this;
}

int Descriptor::release() noexcept { return std::exchange(number_, -1); }

void Descriptor::reset() noexcept {
  if (number_ >= 0) ::close(release());
}

Pipe::Pipe(int flags) {
  int ends[2];
  if (pipe2(ends, flags | O_CLOEXEC) != 0) fail("pipe2");
  read_end = Descriptor(ends[0]);
  write_end = Descriptor(ends[1]);
}

void Pipe::put(std::string_view bytes) const {
  if (::write(write_end.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) fail("write");
}

std::string Pipe::drain() const {
  int waiting = 0;
  if (ioctl(read_end.get(), FIONREAD, &waiting) != 0) fail("FIONREAD");
  std::string content(static_cast<std::size_t>(waiting), '\0');
  if (waiting != 0 && ::read(read_end.get(), content.data(), content.size()) != waiting) fail("read");
  return content;
}

TemporaryFolder::TemporaryFolder() {
  for (std::string name : {"/var/tmp/heddle-test-XXXXXX", "/tmp/heddle-test-XXXXXX"}) {
    if (mkdtemp(name.data()) != nullptr) {
      folder_ = name;
      return;
    }
  }
  fail("mkdtemp");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string TemporaryFolder::file(std::string_view name, std::string_view content) const {
  const std::string where = path(name);
  std::ofstream stream(where, std::ios::binary);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!stream.flush()) fail("write");
  return where;
}

Descriptor open_file(const std::string& path, int flags, unsigned mode) {
  Descriptor descriptor(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (descriptor.get() < 0) fail("open");
  return descriptor;
}

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string pattern(std::size_t bytes, unsigned seed) {
  std::string content(bytes, '\0');
  unsigned state = seed * 2'654'435'761U;
  for (char& byte : content) {
    state = state * 1'664'525U + 1'013'904'223U;
    byte = static_cast<char>(state >> 24);
  }
  return content;
}

void evict(int descriptor) {
  fsync(descriptor);
  posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
}

}  // namespace heddle::test
