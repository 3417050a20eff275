// The host device: memory, streams, copies, a kernel, a load, an aborted load.

import { load, open } from 'heddle/cuda'
import { writeFile } from 'heddle/fs'

export async function cudaRound(path) {
  await writeFile(path, Buffer.alloc(3 << 20, 'heddle '))
  const gpu = await open('host')
  try {
    await operations(gpu)
    const { bytes } = await load(path, gpu, { onProgress: () => undefined })
    bytes.dispose()
    const controller = new AbortController()
    const aborted = load(path, gpu, { signal: controller.signal })
    controller.abort()
    await Promise.allSettled([aborted.then((loaded) => loaded.bytes.dispose())])
  } finally {
    await gpu.close()
  }
}

async function operations(gpu) {
  const [copies, kernels] = [gpu.stream(), gpu.stream({ priority: 'high' })]
  const [array, counts, pinned] = await Promise.all([
    gpu.alloc('u8', 100_000),
    gpu.alloc('u64', 256),
    gpu.pinned('u8', 100_000),
  ])
  copies.copy(array, new Uint8Array(100_000).fill(7))
  kernels.wait(copies)
  kernels.fill(counts, 0n)
  kernels.histogram(counts, array)
  kernels.copy(pinned, array)
  const result = new BigUint64Array(256)
  await kernels.copy(result, counts)
  const { add } = await gpu.compile(
    'extern "C" __global__ void add(unsigned n, unsigned char* x) { if (threadIdx.x < n) x[threadIdx.x] += n; }',
  )
  for (let i = 0; i < 20; ++i) kernels.launch(add, { grid: 1, block: 64 }, 32, array)
  const { blocksPerMultiprocessor } = await add.occupancy({ block: 64 })
  if (blocksPerMultiprocessor < 1) throw new Error('no block fits')
  if (result[7] !== 100_000n) throw new Error(`counted ${result[7]}`)
  await Promise.all([copies.sync(), kernels.sync()])
  // One is left to be collected.
  for (const memory of [array, counts]) memory.dispose()
}
