import * as fc from 'fast-check'
import { availability, type DeviceArray, open, type Stream } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { randomBytes } from './bytes.ts'

const seed = 20_260_601
/** Bytes of each array: what the host device does at once, and what it leaves to a thread. */
const sizes = [100, 5000, 150_000] as const

/** One operation of a graph; numbers are taken modulo what there is. */
const step = fc.record({
  lane: fc.nat(2),
  fill: fc.option(fc.nat(255), { freq: 3 }),
  to: fc.nat(2),
  from: fc.nat(2),
  start: fc.nat(99),
  length: fc.integer({ min: 1, max: 150_000 }),
})
const programs = fc.record({
  steps: fc.array(step, { maxLength: 30 }),
  /** Other arguments for the same steps. */
  update: fc.nat(255),
  launches: fc.integer({ min: 1, max: 4 }),
})
type Program = typeof programs extends fc.Arbitrary<infer P> ? P : never

class GraphRun {
  readonly real: DeviceArray<'u8'>[] = []
  readonly model: Uint8Array[] = sizes.map((size, i) => randomBytes(size, i + 1))

  /** What a version of the program does, on the device or, without streams, on the model. */
  carryOut({ steps }: Program, change: number, streams?: readonly Stream[]): void {
    let last = streams?.[0]
    for (const { lane, fill, to, from, start, length } of steps) {
      const bytes = Math.min(length, (sizes[to] as number) - start, (sizes[from] as number) - start)
      const range = [start, start + bytes] as const
      const stream = streams?.[lane]
      if (stream !== undefined && last !== undefined && stream !== last) stream.wait(last)
      last = stream
      const [target, source] = [this.model[to] as Uint8Array, this.model[from] as Uint8Array]
      if (fill !== null) {
        const value = (fill + change) % 256
        if (stream) stream.fill((this.real[to] as DeviceArray<'u8'>).slice(...range), value)
        else target.fill(value, ...range)
      } else if (to !== from) {
        const ends = [this.real[to], this.real[from]] as [DeviceArray<'u8'>, DeviceArray<'u8'>]
        if (stream) stream.copy(ends[0].slice(...range), ends[1].slice(...range))
        else target.set(source.subarray(...range), start)
      }
    }
    const origin = streams?.[0]
    if (origin !== undefined && last !== undefined && last !== origin) origin.wait(last)
  }
}

async function check(id: 'host' | number, program: Program): Promise<void> {
  const gpu = await open(id)
  try {
    const run = new GraphRun()
    const streams = [gpu.stream(), gpu.stream(), gpu.stream()]
    const [origin, other] = streams as [Stream, Stream]
    for (const bytes of run.model) {
      const array = await gpu.alloc('u8', bytes.length)
      await origin.copy(array, bytes)
      run.real.push(array)
    }
    const graph = await origin.capture(() => run.carryOut(program, 0, streams))
    const launch = async (change: number) => {
      for (let i = 0; i < program.launches; ++i) {
        graph.launch(i % 2 === 0 ? origin : other)
        run.carryOut(program, change)
      }
      await Promise.all([origin.sync(), other.sync()])
    }
    await launch(0)
    await graph.update(() => run.carryOut(program, program.update, streams))
    await launch(program.update)
    for (const [i, model] of run.model.entries()) {
      const seen = new Uint8Array(model.length)
      await origin.copy(seen, run.real[i] as DeviceArray<'u8'>)
      expect(Buffer.compare(seen, model), `array ${i}`).toBe(0)
    }
  } finally {
    await gpu.close()
  }
}

it('random graphs, launched again and again, end as if all had been done step by step', () =>
  fc.assert(
    fc.asyncProperty(programs, (program) => check('host', program)),
    { seed, numRuns: 150 },
  ))

it.skipIf(!availability().ok)('the same on GPU 0', () =>
  fc.assert(
    fc.asyncProperty(programs, (program) => check(0, program)),
    { seed, numRuns: 40 },
  ),
)
