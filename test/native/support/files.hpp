#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::test {

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] int release() noexcept;
  void reset() noexcept;

 private:
  int number_;
};

// A pipe; throws std::system_error. `flags` as in pipe2.
struct Pipe {
  explicit Pipe(int flags = 0);
  // For the far side of the test: plain system calls.
  void put(std::string_view bytes) const;
  // What is in the pipe now; does not wait.
  [[nodiscard]] std::string drain() const;

  Descriptor read_end;
  Descriptor write_end;
};

// A folder of its own, removed with all that is in it. It lies on a real file system where one can be found,
// because tmpfs refuses O_DIRECT.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] std::string path(std::string_view name) const { return (folder_ / name).string(); }
  // Makes a file with that content and returns its path.
  std::string file(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path folder_;
};

[[nodiscard]] Descriptor open_file(const std::string& path, int flags, unsigned mode = 0600);
[[nodiscard]] std::string content_of(const std::string& path);
// Bytes in which every position differs from its neighbours, so that a misplaced block shows.
[[nodiscard]] std::string pattern(std::size_t bytes, unsigned seed = 1);
// Takes the file out of the page cache, as far as the kernel agrees.
void evict(int descriptor);

[[nodiscard]] inline std::span<std::byte> writable(std::string& text) noexcept {
  return std::as_writable_bytes(std::span(text.data(), text.size()));
}
[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace heddle::test
