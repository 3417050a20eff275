// What a C++ program that calls the CUDA runtime itself pays for the launches of bench/gpu.ts: the floor under heddle/cuda.
//
//   raw_launch        serves requests "one" and "hundred" from stdin, one answer a line, in microseconds

#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

#include "serve.hpp"

namespace {

__global__ void tiny(unsigned n, float a, const float* x, float* y) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += a * x[i];
}

void check(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

class Launches {
 public:
  Launches() {
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    check(cudaMalloc(&x_, 32 * sizeof(float)));
    check(cudaMalloc(&y_, 32 * sizeof(float)));
  }

  double microseconds(std::istream& request) {
    std::string what;
    request >> what;
    const bool one = what == "one";
    const int rounds = one ? 200 : 20;
    const int launches = one ? 1 : 100;
    const double start = bench::seconds();
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < launches; ++i) tiny<<<1, 32, 0, stream_>>>(32, 2.0F, x_, y_);
      check(cudaStreamSynchronize(stream_));
    }
    return (bench::seconds() - start) * 1e6 / rounds;
  }

 private:
  cudaStream_t stream_ = nullptr;
  float* x_ = nullptr;
  float* y_ = nullptr;
};

}  // namespace

int main() {
  return bench::program([] {
    Launches launches;
    return bench::serve([&](std::istream& request) { return launches.microseconds(request); });
  });
}
