#pragma once

#include "check.cuh"

namespace bench {

// The kernel of bench/kernels/timed.cu.
static __global__ void tiny(unsigned n, float a, const float* x, float* y) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += a * x[i];
}

// The same launch again and again.
class TinyLaunch {
 public:
  TinyLaunch() {
    check(cudaMalloc(&x_, kElements * sizeof(float)));
    check(cudaMalloc(&y_, kElements * sizeof(float)));
  }

  void operator()(cudaStream_t stream) const { tiny<<<1, kElements, 0, stream>>>(kElements, 2.0F, x_, y_); }

 private:
  static constexpr unsigned kElements = 32;
  float* x_ = nullptr;
  float* y_ = nullptr;
};

}  // namespace bench
