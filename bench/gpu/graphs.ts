import { hasProgram, Program } from '../program.js'
import { compared, lowerIsBetter, type Row } from '../row.js'
import { summarize } from '../statistics.js'
import type { Bench } from './bench.js'
import { note } from './bench.js'
import { each } from './each.js'
import { timedKernels } from './kernels.js'
import { tinyLaunch } from './tiny-launch.js'

const nodes = 100
const rounds = 50

/** A graph of 100 launches, launched and awaited. */
export async function* graphs(bench: Bench): AsyncGenerator<Row> {
  const { stream, onHost } = bench
  bench.progress('graphs')
  const enqueue = await tinyLaunch(bench, await timedKernels(bench.gpu))
  using graph = await stream.capture(() => enqueue(nodes))
  const ours = async () => {
    const start = performance.now()
    for (let i = 0; i < rounds; ++i) await graph.launch()
    return each(start, rounds)
  }
  const figures = { name: bench.name(`a graph of ${nodes} launches, awaited`), unit: 'us' }
  if (onHost) {
    const single = async () => {
      const start = performance.now()
      for (let i = 0; i < rounds; ++i) {
        enqueue(nodes)
        await stream.sync()
      }
      return each(start, rounds)
    }
    const took = await bench.rounds({ ours, single })
    const peer = summarize(took.single)
    yield compared({ ...figures, ours: summarize(took.ours), peer, peerName: 'one by one' })
    return
  }
  if (!hasProgram('raw_graph')) {
    note('graphs beside raw CUDA C++ are left out: it is built where there is an nvcc')
    return
  }
  await using peer = new Program('raw_graph', [])
  const took = await bench.rounds({ ours, peer: () => peer.ask('launch') })
  yield lowerIsBetter({ ...figures, ...took, peerName: 'raw CUDA C++', goal: 1.1 })
}
