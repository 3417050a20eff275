// The kernels of `npm run bench -- gpu`. They are compiled to a fatbin when the benchmarks are built, since a host that has a
// driver and nothing else has no compiler for them.

#include "now.cuh"

// As little as a kernel can do and still take all kinds of arguments. The peers launch the same.
extern "C" __global__ void tiny(unsigned n, float a, const float* x, float* y) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += a * x[i];
}

// Waits until `go` is set and then for so long, and notes when it was done. Both lie in memory that the host sees.
extern "C" __global__ void stamp(const unsigned* go, unsigned long long nanoseconds, unsigned long long* done) {
  while (*static_cast<const volatile unsigned*>(go) == 0) {
  }
  const unsigned long long begun = now();
  while (now() - begun < nanoseconds) {
  }
  *static_cast<volatile unsigned long long*>(done) = now();
}
