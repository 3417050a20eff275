"""The launches of bench/gpu.ts in CuPy: requests "one" and "hundred" from stdin, an answer a line, in microseconds."""

import sys
import time

import cupy

tiny = cupy.RawKernel(
    r"""
extern "C" __global__ void tiny(unsigned n, float a, const float* x, float* y) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] += a * x[i];
}""",
    "tiny",
)
stream = cupy.cuda.Stream(non_blocking=True)
x, y = cupy.zeros(32, cupy.float32), cupy.zeros(32, cupy.float32)
arguments = (cupy.uint32(32), cupy.float32(2), x, y)

with stream:
    for line in sys.stdin:
        rounds, launches = (200, 1) if line.strip() == "one" else (20, 100)
        start = time.perf_counter()
        for _ in range(rounds):
            for _ in range(launches):
                tiny((1,), (32,), arguments)
            stream.synchronize()
        print((time.perf_counter() - start) * 1e6 / rounds, flush=True)
