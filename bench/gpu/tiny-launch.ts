import type { Bench } from './bench.js'
import type { TimedKernels } from './kernels.js'

const config = { grid: 1, block: 32 }

/** Submits so many launches of the kernel `tiny`, always of the same arrays; gives the last. */
export async function tinyLaunch({ gpu, stream }: Bench, { tiny }: TimedKernels) {
  const [x, y] = [await gpu.alloc('f32', 32), await gpu.alloc('f32', 32)]
  return (count: number) => {
    for (let i = 1; i < count; ++i) stream.launch(tiny, config, 32, 2, x, y)
    return stream.launch(tiny, config, 32, 2, x, y)
  }
}
