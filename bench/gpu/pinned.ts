import { hasProgram, Program } from '../program.js'
import type { Measure } from '../rounds.js'
import { higherIsBetter, type Row } from '../row.js'
import type { Bench } from './bench.js'
import { LeftOut } from './left-out.js'

const bytes = 64 << 20
const copiesEach = 8

/** The ways that bytes can go, and how a row calls them. */
const ways = {
  in: 'pinned memory to the device',
  out: 'the device to pinned memory',
  both: 'both ways at once',
} as const
type Way = keyof typeof ways

/** Large copies, which the hardware bounds: nothing of ours may come between. On the host device there is no such hardware. */
export async function* pinned(bench: Bench): AsyncGenerator<Row> {
  if (bench.onHost) return
  if (!hasProgram('raw_copies')) throw new LeftOut('the program beside it is built where there is an nvcc')
  bench.progress('pinned copies')
  const rates = await pinnedRates(bench)
  await using peer = new Program('raw_copies', [])
  for (const [way, title] of Object.entries(ways) as [Way, string][]) {
    const took = await bench.rounds({ ours: rates[way], peer: () => peer.ask(way) })
    const row = { name: bench.name(title), unit: 'GB/s', ...took, peerName: 'raw CUDA C++' }
    yield higherIsBetter({ ...row, goal: 1 / 0.98 })
  }
}

/** Gigabytes per second, the sum where they go both ways. */
async function pinnedRates({ gpu }: Bench): Promise<Readonly<Record<Way, Measure>>> {
  const make = async () => ({
    stream: gpu.stream(),
    device: await gpu.alloc('u8', bytes),
    host: await gpu.pinned('u8', bytes),
  })
  const [there, back] = [await make(), await make()]
  const into = () => {
    for (let i = 0; i < copiesEach; ++i) there.stream.copy(there.device, there.host)
    return there.stream.sync()
  }
  const out = () => {
    for (let i = 0; i < copiesEach; ++i) back.stream.copy(back.host, back.device)
    return back.stream.sync()
  }
  const rate = (ends: () => Promise<unknown>, parts: number) => async () => {
    const start = performance.now()
    await ends()
    return (bytes * copiesEach * parts) / (performance.now() - start) / 1e6
  }
  return { in: rate(into, 1), out: rate(out, 1), both: rate(() => Promise.all([into(), out()]), 2) }
}
