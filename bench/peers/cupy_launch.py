"""The launches of bench/gpu/launches.ts in CuPy: requests from stdin, an answer a line. "one" and "hundred" are in microseconds,
"rate" in launches per second."""

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

loops = {"one": (200, 1), "hundred": (20, 100), "rate": (1, 10_000)}

with stream:
    for line in sys.stdin:
        what = line.strip()
        rounds, launches = loops[what]
        start = time.perf_counter()
        for _ in range(rounds):
            for _ in range(launches):
                tiny((1,), (32,), arguments)
            stream.synchronize()
        seconds = time.perf_counter() - start
        print(launches / seconds if what == "rate" else seconds * 1e6 / rounds, flush=True)
