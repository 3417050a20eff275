import { availability, type Device, type DeviceArray, open, type Stream } from 'heddle/cuda'
import type { Area, BenchOptions } from './area.js'
import { loopDelay } from './loop-delay.js'
import { Peer } from './peer.js'
import { interleave, type Measure } from './rounds.js'
import { compared, lowerIsBetter, type Row, withinLimit } from './row.js'
import { summarize } from './statistics.js'

const small = 4096
const source = `
  extern "C" __global__ void tiny(unsigned n, float a, const float* x, float* y) {
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] += a * x[i];
  }`

/** What is measured on, and with. */
interface Bench {
  readonly gpu: Device
  readonly stream: Stream
  readonly from: DeviceArray<'u8'>
  readonly to: DeviceArray<'u8'>
  readonly options: BenchOptions
}

/**
 * What an operation of a stream costs: the JavaScript thread, and whoever awaits it. On GPU 0 where there is one, beside raw
 * CUDA C++ and the Python packages; on the host device always.
 */
export const gpu: Area = {
  name: 'gpu',
  title: 'operations of streams',
  run: async (options) => {
    const rows = await on('host', options)
    if (availability().ok) rows.push(...(await on(0, options)))
    else note(`no GPU (${availability().reason}): the host device alone`)
    return rows
  },
}

/** For people, and not part of the results. */
function note(text: string): void {
  process.stderr.write(`gpu: ${text}\n`)
}

async function on(id: number | 'host', options: BenchOptions): Promise<Row[]> {
  const gpu = await open(id)
  try {
    const bench: Bench = {
      gpu,
      stream: gpu.stream(),
      from: await gpu.alloc('u8', small),
      to: await gpu.alloc('u8', small),
      options,
    }
    const where = id === 'host' ? 'host device' : 'GPU'
    return [...(await copies(bench, where, id === 'host')), ...(await launches(bench, where))]
  } finally {
    await gpu.close()
  }
}

/** Microseconds since `start`, for each of so many. */
function each(start: number, count: number): number {
  return ((performance.now() - start) * 1000) / count
}

async function sampled(measure: Measure, { quick }: BenchOptions): Promise<number[]> {
  const { samples } = await interleave({ samples: measure }, { rounds: quick ? 15 : 51, warmups: 4 })
  return samples
}

async function copies({ stream, from, to, options }: Bench, where: string, host: boolean): Promise<Row[]> {
  options.progress(`gpu: copies on the ${where}`)
  const awaited = await sampled(async () => {
    const times: number[] = []
    for (let i = 0; i < 500; ++i) {
      const start = performance.now()
      await stream.copy(to, from)
      times.push((performance.now() - start) * 1000)
    }
    return summarize(times).value
  }, options)
  const together = await sampled(async () => {
    const rounds = 100
    const start = performance.now()
    for (let i = 0; i < rounds; ++i)
      await Promise.all(Array.from({ length: 64 }, () => stream.copy(to, from)))
    return each(start, rounds * 64)
  }, options)
  const enqueued = await sampled(async () => {
    const start = performance.now()
    for (let i = 0; i < 2000; ++i) stream.copy(to, from)
    const cost = each(start, 2000)
    await stream.sync()
    return cost
  }, options)
  const late = await loopDelay(async () => {
    for (let i = 0; i < 300; ++i) {
      for (let k = 0; k < 64; ++k) stream.copy(to, from)
      await stream.sync()
    }
  })
  const name = (what: string) => `${where}: ${what}`
  const limits = host ? { awaited: 30, together: 1 } : { awaited: 15, together: 5 }
  return [
    withinLimit(name('4 KiB copy, awaited'), 'us', summarize(awaited), limits.awaited),
    withinLimit(name('4 KiB copies, 64 in flight'), 'us/op', summarize(together), limits.together),
    withinLimit(name('JavaScript of one that is enqueued'), 'us/op', summarize(enqueued), 0.3),
    withinLimit(name('event-loop delay p99'), 'ms', late, 3),
  ]
}

async function launches({ gpu, stream, options }: Bench, where: string): Promise<Row[]> {
  options.progress(`gpu: launches on the ${where}`)
  const { tiny } = await gpu.compile(source)
  const [x, y] = [await gpu.alloc('f32', 32), await gpu.alloc('f32', 32)]
  const config = { grid: 1, block: 32 }
  const enqueue = (count: number) => {
    for (let i = 0; i < count; ++i) stream.launch(tiny, config, 32, 2, x, y)
  }
  const cost = await sampled(async () => {
    const start = performance.now()
    enqueue(1000)
    const took = each(start, 1000)
    await stream.sync()
    return took
  }, options)
  const ours: Record<'one' | 'hundred', Measure> = {
    one: async () => {
      const start = performance.now()
      for (let i = 0; i < 200; ++i) await stream.launch(tiny, config, 32, 2, x, y)
      return each(start, 200)
    },
    hundred: async () => {
      const start = performance.now()
      for (let i = 0; i < 20; ++i) {
        enqueue(99)
        await stream.launch(tiny, config, 32, 2, x, y)
      }
      return each(start, 20)
    },
  }
  const name = (what: string) => `${where}: ${what}`
  const rows = [withinLimit(name('JavaScript of a launch'), 'us', summarize(cost), 1)]
  if (where === 'GPU') return [...rows, ...(await besidePeers(ours, name, options))]
  const one = summarize(await sampled(ours.one, options))
  const hundred = summarize((await sampled(ours.hundred, options)).map((took) => took / 100))
  rows.push(
    compared({
      name: name('a launch, of 100 awaited as one'),
      unit: 'us',
      ours: hundred,
      peer: one,
      peerName: 'one awaited',
    }),
  )
  return rows
}

/** What each of the others is asked for, and by how much we may be slower. */
const peers = [
  { name: 'raw CUDA C++', one: 1.5, hundred: 1.1 },
  { name: 'CuPy', one: null, hundred: 0.5 },
  { name: 'PyTorch', one: null, hundred: 0.5 },
] as const

async function besidePeers(
  ours: Record<'one' | 'hundred', Measure>,
  name: (what: string) => string,
  options: BenchOptions,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const goals of peers) {
    await using peer = await Peer.start(goals.name)
    if (peer.missing !== undefined) {
      note(`${goals.name} is left out: ${peer.missing}`)
      continue
    }
    for (const what of ['one', 'hundred'] as const) {
      const took = await interleave(
        { ours: ours[what], peer: () => peer.ask(what) },
        { rounds: options.quick ? 15 : 51, warmups: 4 },
      )
      const row = what === 'one' ? 'one tiny kernel, awaited' : '100 tiny kernels, one await'
      const comparison = { ours: took.ours, peer: took.peer, peerName: goals.name, goal: goals[what] }
      rows.push(lowerIsBetter({ name: name(row), unit: 'us', ...comparison }))
    }
  }
  return rows
}
