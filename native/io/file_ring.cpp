#include "native/io/file_ring.hpp"

#include <utility>

#ifdef HEDDLE_WITHOUT_URING

struct io_uring {};

namespace heddle::io {

void FileRing::Exit::operator()(io_uring*) const noexcept {}
FileRing* FileRing::here() noexcept { return nullptr; }
FileRing::FileRing(std::unique_ptr<io_uring, Exit> ring) noexcept : ring_(std::move(ring)) {}
FileRing::~FileRing() = default;
void FileRing::open(unsigned, const char*, int) noexcept {}
void FileRing::read(unsigned, std::byte*, std::size_t, std::size_t) noexcept {}
void FileRing::close(unsigned) noexcept {}
bool FileRing::carry_out() noexcept { return false; }

}  // namespace heddle::io

#else

#include <fcntl.h>
#include <liburing.h>

#include <cerrno>
#include <new>

namespace heddle::io {

void FileRing::Exit::operator()(io_uring* ring) const noexcept {
  const std::unique_ptr<io_uring> last(ring);
  io_uring_queue_exit(ring);
}

FileRing::FileRing(std::unique_ptr<io_uring, Exit> ring) noexcept : ring_(std::move(ring)) {}

FileRing::~FileRing() = default;

// Tables that are made empty came with Linux 5.19.
FileRing* FileRing::here() noexcept {
  thread_local bool asked = false;
  thread_local std::unique_ptr<FileRing> mine;
  if (std::exchange(asked, true)) return mine != nullptr && mine->ring_ != nullptr ? mine.get() : nullptr;
  std::unique_ptr<io_uring> fresh(new (std::nothrow) io_uring{});
  if (fresh == nullptr || io_uring_queue_init(kFiles, fresh.get(), 0) != 0) return nullptr;
  std::unique_ptr<io_uring, Exit> ring(fresh.release());
  // A forked child must not submit into it.
  io_uring_ring_dontfork(ring.get());
  if (io_uring_register_files_sparse(ring.get(), kFiles) == 0) {
    mine.reset(new (std::nothrow) FileRing(std::move(ring)));
  }
  return mine.get();
}

void FileRing::open(unsigned index, const char* path, int flags) noexcept {
  io_uring_sqe* sqe = io_uring_get_sqe(ring_.get());
  io_uring_prep_openat_direct(sqe, AT_FDCWD, path, flags, 0, index);
  io_uring_sqe_set_data64(sqe, index);
  ++prepared_;
}

void FileRing::read(unsigned index, std::byte* into, std::size_t length, std::size_t offset) noexcept {
  io_uring_sqe* sqe = io_uring_get_sqe(ring_.get());
  io_uring_prep_read(sqe, static_cast<int>(index), into, static_cast<unsigned>(length), offset);
  io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
  io_uring_sqe_set_data64(sqe, index);
  ++prepared_;
}

void FileRing::close(unsigned index) noexcept {
  io_uring_sqe* sqe = io_uring_get_sqe(ring_.get());
  io_uring_prep_close_direct(sqe, index);
  io_uring_sqe_set_data64(sqe, index);
  ++prepared_;
}

bool FileRing::carry_out() noexcept {
  unsigned left = std::exchange(prepared_, 0);
  while (left != 0) {
    const int submitted = io_uring_submit_and_wait(ring_.get(), left);
    io_uring_cqe* cqe = nullptr;
    while (io_uring_peek_cqe(ring_.get(), &cqe) == 0) {
      results_[cqe->user_data] = cqe->res;
      io_uring_cqe_seen(ring_.get(), cqe);
      --left;
    }
    const bool again = submitted >= 0 || submitted == -EINTR || submitted == -EAGAIN || submitted == -EBUSY;
    if (!again && left == io_uring_sq_ready(ring_.get())) {
      // What it has not taken names memory of the caller's, and must never be taken: it goes with the ring.
      ring_.reset();
      return false;
    }
  }
  return true;
}

}  // namespace heddle::io

#endif
