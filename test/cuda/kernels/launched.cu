// Kernels for test/cuda/kernel-image.test.ts, compiled with the tests: a host that has a driver and nothing else compiles none.

struct Pair {
  int a, b;
};

extern "C" __global__ void all(bool b, signed char c, unsigned char d, short e, unsigned short f, int g, unsigned h,
                               long long i, unsigned long long j, float k, double l, Pair p, double* out) {
  const double values[] = {double(b), double(c), double(d), double(e), double(f),   double(g),  double(h),
                           double(i), double(j), double(k), l,         double(p.a), double(p.b)};
  for (int n = 0; n < 13; ++n) out[n] = values[n];
}

extern "C" __global__ void saxpy(unsigned n, float a, const float* x, float* y) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += a * x[i];
}

// Each block turns its part round.
extern "C" __global__ void reverse(unsigned* x) {
  extern __shared__ unsigned part[];
  unsigned* const mine = x + blockIdx.x * blockDim.x;
  part[threadIdx.x] = mine[threadIdx.x];
  __syncthreads();
  mine[threadIdx.x] = part[blockDim.x - 1 - threadIdx.x];
}
