// The two plain loops that bound a loader: what must be read has to cross once from the page cache into a
// staging buffer, and once from there to its destination. Done one after the other, without any overlap or
// runtime.
//
//   plain_load PATH                  serves requests from stdin, one answer a line
//   plain_load PATH REQUEST...       one request
//
// Requests (answers are in bytes per second, but for the last):
//   read           all of PATH in pieces of 4 MiB, into one page-locked buffer
//   copy small     as many bytes from a ring of 4 buffers of 4 MiB into memory mapped for it, in 4 KiB pages
//   copy huge      the same in 2 MiB pages
//   copy mapped    the same into memory that is mapped and has been written before
//   touch          maps that much, writes it and gives it back; answers 0
//
// `touch` goes before each measurement that maps memory, ours included. A virtual machine's host takes free
// memory back, and mapping it anew then costs up to ten times as much; memory that was in use a moment ago is
// still there.

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "file.hpp"
#include "pages.hpp"
#include "serve.hpp"

namespace {

constexpr std::size_t kPiece = std::size_t{4} << 20;
constexpr std::size_t kRing = 4 * kPiece;

class Loops {
 public:
  explicit Loops(const char* path)
      : file_(path), size_(file_.size()), ring_(kRing, bench::PageSize::huge), mapped_(size_, bench::PageSize::huge) {
    std::memset(ring_.data(), 1, kRing);
    std::memset(mapped_.data(), 1, size_);
    // Without the right to lock this much, the buffer is merely in memory, which is as fast.
    (void)::mlock(ring_.data(), kPiece);
  }

  double answer(std::istream& request) {
    std::string what;
    std::string destination;
    request >> what >> destination;
    if (what == "read") return rate([this] { read(); });
    if (what == "touch") return touch();
    if (what == "copy" && destination == "mapped") return rate([this] { copy(mapped_.data()); });
    if (what == "copy" && destination == "small") return copy_fresh(bench::PageSize::small);
    if (what == "copy" && destination == "huge") return copy_fresh(bench::PageSize::huge);
    throw std::runtime_error("no such request: " + what + ' ' + destination);
  }

 private:
  template <typename Body>
  double rate(Body&& body) const {
    const double start = bench::seconds();
    body();
    return static_cast<double>(size_) / (bench::seconds() - start);
  }

  void read() const {
    for (std::size_t offset = 0; offset < size_; offset += kPiece) {
      file_.read(ring_.data(), std::min(kPiece, size_ - offset), offset);
    }
  }

  void copy(char* destination) const {
    for (std::size_t offset = 0; offset < size_; offset += kPiece) {
      std::memcpy(destination + offset, ring_.data() + offset % kRing, std::min(kPiece, size_ - offset));
    }
  }

  // Mapping the memory is part of the time, as it is of load()'s; giving it back is not.
  double copy_fresh(bench::PageSize page) const {
    const double start = bench::seconds();
    const bench::Pages destination(size_, page);
    copy(destination.data());
    return static_cast<double>(size_) / (bench::seconds() - start);
  }

  double touch() const {
    const bench::Pages pages(size_ + size_ / 16, bench::PageSize::huge);
    std::memset(pages.data(), 1, size_ + size_ / 16);
    return 0;
  }

  bench::File file_;
  std::size_t size_;
  bench::Pages ring_;
  bench::Pages mapped_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: plain_load PATH [REQUEST...]" << std::endl;
    return 2;
  }
  return bench::program([&] {
    Loops loops(argv[1]);
    const auto answer = [&](std::istream& request) { return loops.answer(request); };
    if (argc == 2) return bench::serve(answer);
    auto request = bench::request_of(argc, argv, 2);
    std::cout << answer(request) << std::endl;
    return 0;
  });
}
