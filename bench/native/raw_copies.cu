// How fast a C++ program that calls the CUDA runtime itself moves pinned memory: the floor under bench/gpu/pinned.ts.
//
//   raw_copies        serves requests "in", "out" and "both" from stdin, one answer a line, in GB/s; "both" is the sum of the two
//                     ways at once

#include <cstddef>
#include <string>
#include <utility>

#include "check.cuh"
#include "serve.hpp"

namespace {

constexpr std::size_t kBytes = std::size_t{64} << 20;
constexpr int kCopies = 8;

// One way, with a stream and memory of its own.
class Way {
 public:
  explicit Way(cudaMemcpyKind kind) : kind_(kind) {
    bench::check(cudaMallocHost(&host_, kBytes));
    bench::check(cudaMalloc(&device_, kBytes));
    if (kind_ == cudaMemcpyDeviceToHost) std::swap(to_, from_);
  }

  void begin() const {
    for (int i = 0; i < kCopies; ++i) bench::check(cudaMemcpyAsync(*to_, *from_, kBytes, kind_, stream_));
  }

  void end() const { bench::check(cudaStreamSynchronize(stream_)); }

 private:
  const cudaMemcpyKind kind_;
  const cudaStream_t stream_ = bench::make_stream();
  void* host_ = nullptr;
  void* device_ = nullptr;
  void** to_ = &device_;
  void** from_ = &host_;
};

class Copies {
 public:
  double gigabytes_per_second(std::istream& request) const {
    std::string what;
    request >> what;
    const bool in = what != "out";
    const bool out = what != "in";
    const double start = bench::seconds();
    if (in) in_.begin();
    if (out) out_.begin();
    if (in) in_.end();
    if (out) out_.end();
    const double bytes = static_cast<double>(kBytes) * kCopies * (in && out ? 2 : 1);
    return bytes / (bench::seconds() - start) / 1e9;
  }

 private:
  const Way in_{cudaMemcpyHostToDevice};
  const Way out_{cudaMemcpyDeviceToHost};
};

}  // namespace

int main() {
  return bench::program([] {
    const Copies copies;
    return bench::serve([&](std::istream& request) { return copies.gigabytes_per_second(request); });
  });
}
