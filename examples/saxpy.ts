// A kernel from source, launched with arguments whose types TypeScript reads out of that source. A test runs this.

import * as cuda from 'heddle/cuda'

await using gpu = await cuda.open('host') // or cuda.open(0): NVRTC then compiles the same source for the GPU
const { saxpy } = await gpu.compile(`
  extern "C" __global__ void saxpy(unsigned n, float a, const float* x, float* y) {
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] += a * x[i];
  }`)

const n = 10_000
const stream = gpu.stream()
const x = await gpu.alloc('f32', n)
const y = await gpu.alloc('f32', n)
stream.fill(x, 3)
stream.fill(y, 1)
stream.launch(saxpy, { grid: Math.ceil(n / 256), block: 256 }, n, 2, x, y)
const result = new Float32Array(n)
await stream.copy(result, y)
console.log(`${n} elements, the last of them ${result[n - 1]}`)
