import { loopDelay } from '../loop-delay.js'
import { type Row, withinLimit } from '../row.js'
import type { Bench } from './bench.js'
import { timedKernels } from './kernels.js'
import { tinyLaunch } from './tiny-launch.js'

/** The delay of the event loop while copies, launches and graphs all run, each as fast as it can. */
export async function* everything(bench: Bench): AsyncGenerator<Row> {
  const { gpu, stream, options } = bench
  bench.progress('everything at once')
  const enqueue = await tinyLaunch(bench, await timedKernels(gpu))
  using graph = await stream.capture(() => enqueue(100))
  const [copying, launching] = [gpu.stream(), gpu.stream()]
  const [device, small] = [await gpu.alloc('u8', 16 << 20), await gpu.alloc('u8', 4096)]
  const host = await gpu.pinned('u8', 16 << 20)
  const end = performance.now() + (options.quick ? 1000 : 4000)
  const during = async (turn: () => PromiseLike<unknown>) => {
    while (performance.now() < end) await turn()
  }
  const late = await loopDelay(() =>
    Promise.all([
      during(() => {
        copying.copy(device, host)
        return copying.copy(host, device)
      }),
      during(() => Promise.all(Array.from({ length: 64 }, () => copying.copy(small, device.slice(0, 4096))))),
      during(() => enqueue(100)),
      during(() => graph.launch(launching)),
    ]),
  )
  yield withinLimit(bench.name('event-loop delay p99, everything at once'), 'ms', late, 3)
}
