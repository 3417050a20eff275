// What a C++ program without any runtime pays for a 4 KiB read through io_uring: the floor under heddle/fs.
//
//   raw_uring_read PATH                     serves requests "DEPTH OPS SEED" from stdin, one answer a line
//   raw_uring_read PATH DEPTH OPS SEED      one run
//
// The answer is in nanoseconds per read. DEPTH reads are kept in flight: one system call submits every refill
// and waits for at least one completion, and everything that is complete is reaped at once. No SQPOLL, and
// neither buffers nor files are registered, since the JavaScript side has neither.

#include <liburing.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "file.hpp"
#include "offsets.hpp"
#include "pages.hpp"
#include "serve.hpp"

namespace {

constexpr std::size_t kBlock = 4096;
constexpr unsigned kMaxDepth = 1024;

class Reader {
 public:
  explicit Reader(const char* path) : file_(path), buffers_(kMaxDepth * kBlock, bench::PageSize::small) {
    io_uring_params params{};
    params.flags = IORING_SETUP_COOP_TASKRUN;
    const int result = io_uring_queue_init_params(kMaxDepth, &ring_, &params);
    if (result < 0) bench::fail(-result, "io_uring_queue_init");
    std::memset(buffers_.data(), 1, kMaxDepth * kBlock);
  }
  ~Reader() { io_uring_queue_exit(&ring_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  double nanoseconds_per_read(std::istream& request) {
    unsigned depth = 0;
    std::size_t reads = 0;
    std::uint32_t seed = 0;
    if (!(request >> depth >> reads >> seed) || depth == 0 || depth > kMaxDepth || reads == 0) {
      throw std::runtime_error("a request is DEPTH OPS SEED, with 1 <= DEPTH <= 1024 and OPS >= 1");
    }
    offsets_ = bench::random_offsets(reads, file_.size(), kBlock, seed);
    const double start = bench::seconds();
    run(depth);
    return (bench::seconds() - start) * 1e9 / static_cast<double>(reads);
  }

 private:
  void run(unsigned depth) {
    const std::size_t reads = offsets_.size();
    std::size_t submitted = 0;
    for (unsigned slot = 0; slot < depth && submitted < reads; ++slot) prepare(slot, submitted++);
    for (std::size_t completed = 0; completed < reads;) {
      const int result = io_uring_submit_and_wait(&ring_, 1);
      if (result < 0 && result != -EINTR) bench::fail(-result, "io_uring_enter");
      io_uring_cqe* cqe = nullptr;
      unsigned head = 0;
      unsigned reaped = 0;
      io_uring_for_each_cqe(&ring_, head, cqe) {
        ++reaped;
        if (cqe->res != static_cast<int>(kBlock)) throw std::runtime_error("short or failed read");
        if (submitted < reads) prepare(static_cast<unsigned>(cqe->user_data), submitted++);
      }
      io_uring_cq_advance(&ring_, reaped);
      completed += reaped;
    }
  }

  void prepare(unsigned slot, std::size_t index) {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);  // never null: at most kMaxDepth are in flight
    io_uring_prep_read(sqe, file_.fd(), buffers_.data() + slot * kBlock, kBlock, offsets_[index]);
    io_uring_sqe_set_data64(sqe, slot);
  }

  bench::File file_;
  bench::Pages buffers_;
  io_uring ring_{};
  std::vector<std::uint32_t> offsets_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 5) {
    std::cerr << "usage: raw_uring_read PATH [DEPTH OPS SEED]" << std::endl;
    return 2;
  }
  return bench::program([&] {
    Reader reader(argv[1]);
    const auto measure = [&](std::istream& request) { return reader.nanoseconds_per_read(request); };
    if (argc == 2) return bench::serve(measure);
    auto request = bench::request_of(argc, argv, 2);
    std::cout << measure(request) << std::endl;
    return 0;
  });
}
