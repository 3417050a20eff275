#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

struct io_uring;

namespace heddle::io {

// A ring of one thread that opens, reads and closes a few files together, each step with one system call. Its files are in a table
// of the ring, by index, and have no descriptors. Blocks until all of a step has ended.
class FileRing {
 public:
  static constexpr unsigned kFiles = 32;

  // This thread's, made when it is first asked for. Null: there is none to be had.
  [[nodiscard]] static FileRing* here() noexcept;

  FileRing(const FileRing&) = delete;
  FileRing& operator=(const FileRing&) = delete;
  ~FileRing();

  // What the next step does, once for each index at most. The memory is the caller's until carry_out() has returned.
  void open(unsigned index, const char* path, int flags) noexcept;
  void read(unsigned index, std::byte* into, std::size_t length, std::size_t offset) noexcept;
  void close(unsigned index) noexcept;
  // Until all of it has ended; what each came to is in result(). False: the kernel takes none of it, and the ring and its files are
  // gone: not to be used again.
  [[nodiscard]] bool carry_out() noexcept;

  // As of the system call: >= 0, or -errno.
  [[nodiscard]] std::int64_t result(unsigned index) const noexcept { return results_[index]; }

 private:
  struct Exit {
    void operator()(io_uring* ring) const noexcept;
  };

  explicit FileRing(std::unique_ptr<io_uring, Exit> ring) noexcept;

  std::unique_ptr<io_uring, Exit> ring_;
  unsigned prepared_ = 0;
  std::int64_t results_[kFiles] = {};
};

}  // namespace heddle::io
