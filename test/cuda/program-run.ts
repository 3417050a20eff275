import type { Device, DeviceArray, Event, Kernels, PinnedArray, Span, Stream } from 'heddle/cuda'
import { randomBytes } from './bytes.ts'
import { compileIfPossible } from './compilers.ts'
import { OrderKeeper } from './order-keeper.ts'
import { type Part, type Program, type Step, sizes } from './random-program.ts'

const source = `
  extern "C" __global__ void combine(unsigned n, unsigned char add, unsigned char* to, const unsigned char* from) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) to[i] += from[i] + add;
  }`

interface Buffer {
  /** What the device has. Arrays that can be freed have a spare. */
  real: Span
  spare?: DeviceArray<'u8'> | undefined
  /** What it should have. */
  model: Uint8Array
}

interface Counts {
  real: DeviceArray<'u64'>
  model: BigUint64Array
}

/** Runs a program on a device, and step by step on plain bytes beside it. */
export class ProgramRun {
  readonly #program: Program
  readonly #streams: Stream[]
  readonly #events: Event[]
  readonly #order: OrderKeeper
  readonly #awaited: Promise<unknown>[] = []
  #kernels: Kernels<typeof source> | undefined
  #buffers: Buffer[] = []
  #counts: Counts[] = []

  constructor(gpu: Device, program: Program) {
    this.#program = program
    this.#streams = Array.from({ length: program.streams }, () => gpu.stream())
    this.#events = Array.from({ length: 6 }, () => gpu.event())
    this.#order = new OrderKeeper(program.streams)
  }

  async prepare(gpu: Device): Promise<void> {
    this.#kernels = await compileIfPossible(gpu, source)
    const pool = await gpu.pool({ releaseThreshold: 100_000 })
    for (const [i, size] of sizes.entries()) {
      const array = await gpu.alloc('u8', size)
      const pinned = await gpu.pinned('u8', size)
      const bytes = randomBytes(size, i + 1)
      await this.#stream(0).copy(array, bytes)
      pinned.array.set(bytes)
      const spare = await pool.alloc('u8', size)
      this.#buffers.push({ real: array, spare, model: bytes.slice() })
      this.#buffers.push(
        { real: pinned, model: bytes.slice() },
        { real: bytes.slice(), model: bytes.slice() },
      )
    }
    for (let i = 0; i < 3; ++i) {
      const real = await gpu.alloc('u64', 256)
      await this.#stream(0).fill(real, 0n)
      this.#counts.push({ real, model: new BigUint64Array(256) })
    }
  }

  async run(): Promise<void> {
    for (const step of this.#program.steps) this.#take(step)
    await Promise.all(this.#awaited)
    for (const stream of this.#streams) await stream.sync()
  }

  /** The buffers whose bytes are not what they should be. */
  async wrong(): Promise<string[]> {
    const wrong: string[] = []
    const compare = async (name: string, real: Span, model: Uint8Array) => {
      const bytes = new Uint8Array(model.length)
      await this.#stream(0).copy(bytes, real)
      if (Buffer.compare(bytes, model) !== 0) wrong.push(name)
    }
    for (const [i, { real, model }] of this.#buffers.entries()) await compare(`buffer ${i}`, real, model)
    for (const [i, { real, model }] of this.#counts.entries()) {
      await compare(`counts ${i}`, real, new Uint8Array(model.buffer))
    }
    return wrong
  }

  #take(step: Step): void {
    if (step.do === 'copy') this.#copy(step)
    else if (step.do === 'fill') this.#fill(step)
    else if (step.do === 'copy2d') this.#copy2d(step)
    else if (step.do === 'batch') this.#batch(step)
    else if (step.do === 'host') this.#host(step)
    else if (step.do === 'histogram') this.#histogram(step)
    else if (step.do === 'launch') this.#launch(step)
    else if (step.do === 'free') this.#free(step)
    else if (step.do === 'await') this.#awaited.push(this.#stream(step.stream).sync())
    else this.#synchronise(step)
  }

  #synchronise(step: Step & { do: 'record' | 'wait' | 'join' }): void {
    const index = this.#index(step.stream)
    const stream = this.#stream(step.stream)
    if (step.do === 'record') {
      stream.record(this.#event(step.event))
      this.#order.recorded(index, step.event)
    } else if (step.do === 'wait') {
      stream.wait(this.#event(step.event))
      this.#order.waited(index, step.event)
    } else {
      stream.wait(this.#stream(step.on))
      this.#order.joined(index, this.#index(step.on))
    }
  }

  #copy({ stream, to, from, abort }: Step & { do: 'copy' }): void {
    const destination = this.#part(to)
    const source = this.#part(from)
    // Parts of one buffer could overlap, which is not defined.
    if (destination.buffer === source.buffer) return
    const length = Math.min(destination.length, source.length)
    const [a, b] = [this.#buffer(destination.buffer), this.#buffer(source.buffer)]
    this.#submit(stream, [source.buffer], [destination.buffer], abort, (on, options) =>
      on.copy(cut(a.real, destination.start, length), cut(b.real, source.start, length), options),
    )
    a.model.set(b.model.subarray(source.start, source.start + length), destination.start)
  }

  #copy2d({ stream, to, from, rows, gap }: Step & { do: 'copy2d' }): void {
    const destination = this.#part(to)
    const source = this.#part(from)
    if (destination.buffer === source.buffer) return
    const length = Math.min(destination.length, source.length)
    const width = Math.floor(length / rows) - gap
    if (width < 1) return
    const [a, b] = [this.#buffer(destination.buffer), this.#buffer(source.buffer)]
    const [toPitch, fromPitch] = [width + gap, width + (gap >> 1)]
    this.#submit(stream, [source.buffer], [destination.buffer], false, (on) =>
      on.copy2d(
        { array: cut(a.real, destination.start, length), pitch: toPitch, width, height: rows },
        { array: cut(b.real, source.start, length), pitch: fromPitch, width, height: rows },
      ),
    )
    for (let row = 0; row < rows; ++row) {
      const begin = source.start + row * fromPitch
      a.model.set(b.model.subarray(begin, begin + width), destination.start + row * toPitch)
    }
  }

  #batch({ stream, to, from, abort }: Step & { do: 'batch' }): void {
    const source = this.#part(from)
    const byBuffer = new Map(to.map((part) => this.#part(part)).map((part) => [part.buffer, part]))
    byBuffer.delete(source.buffer)
    const b = this.#buffer(source.buffer)
    const copies = [...byBuffer.values()].map((part) => ({
      ...part,
      length: Math.min(part.length, source.length),
      into: this.#buffer(part.buffer),
    }))
    this.#submit(stream, [source.buffer], [...byBuffer.keys()], abort, (on, options) =>
      on.copyBatch(
        copies.map(({ into, start, length }) => ({
          destination: cut(into.real, start, length),
          source: cut(b.real, source.start, length),
        })),
        options,
      ),
    )
    for (const { into, start, length } of copies)
      into.model.set(b.model.subarray(source.start, source.start + length), start)
  }

  /** JavaScript writes to pinned memory, in the order of the stream. */
  #host({ stream, buffer, value }: Step & { do: 'host' }): void {
    const index = (buffer * 3 + 1) % this.#buffers.length
    const { real, model } = this.#buffer(index)
    this.#submit(stream, [], [index], false, (on) =>
      on.host(() => (real as PinnedArray<'u8'>).array.fill(value)),
    )
    model.fill(value)
  }

  #fill({ stream, to, value, abort }: Step & { do: 'fill' }): void {
    const { buffer, start, length } = this.#part({ ...to, buffer: to.buffer * 3 })
    const { real, model } = this.#buffer(buffer)
    this.#submit(stream, [], [buffer], abort, (on, options) =>
      on.fill(cut(real, start, length) as DeviceArray<'u8'>, value, options),
    )
    model.fill(value, start, start + length)
  }

  #histogram({ stream, counts, from }: Step & { do: 'histogram' }): void {
    const { buffer, start, length } = this.#part({ ...from, buffer: from.buffer * 3 })
    const { real, model } = this.#buffer(buffer)
    const into = this.#counts[counts] as Counts
    this.#submit(stream, [buffer], [1000 + counts], false, (on) =>
      on.histogram(into.real, cut(real, start, length) as DeviceArray<'u8'>),
    )
    for (const byte of model.subarray(start, start + length))
      into.model[byte] = (into.model[byte] as bigint) + 1n
  }

  /** Adds the bytes of one array to those of another, and a number. */
  #launch({ stream, to, from, add, abort }: Step & { do: 'launch' }): void {
    const destination = this.#part({ ...to, buffer: to.buffer * 3 })
    const source = this.#part({ ...from, buffer: from.buffer * 3 })
    if (destination.buffer === source.buffer) return
    const length = Math.min(destination.length, source.length)
    const [a, b] = [this.#buffer(destination.buffer), this.#buffer(source.buffer)]
    if (this.#kernels === undefined) return
    const { combine } = this.#kernels
    this.#submit(stream, [source.buffer], [destination.buffer], abort, (on, options) =>
      on.launch(
        combine,
        { grid: 3, block: 32, ...options },
        length,
        add,
        cut(a.real, destination.start, length) as DeviceArray<'u8'>,
        cut(b.real, source.start, length) as DeviceArray<'u8'>,
      ),
    )
    for (let i = 0; i < length; ++i) {
      const sum = (a.model[destination.start + i] as number) + (b.model[source.start + i] as number) + add
      a.model[destination.start + i] = sum
    }
  }

  /** Gives an array back while it may be in use, and goes on with another, which has no contents yet. */
  #free({ buffer, stream, value }: Step & { do: 'free' }): void {
    const index = (buffer * 3) % this.#buffers.length
    const { real, spare, model } = this.#buffer(index)
    if (spare === undefined) return
    ;(real as DeviceArray).dispose()
    this.#buffers[index] = { real: spare, model }
    const whole = { buffer: index / 3, start: 0, length: model.length }
    this.#fill({ do: 'fill', stream, to: whole, value, abort: false })
  }

  #submit(
    stream: number,
    reads: number[],
    writes: number[],
    abort: boolean,
    submit: (on: Stream, options: { signal?: AbortSignal }) => PromiseLike<void>,
  ): void {
    const index = this.#index(stream)
    const on = this.#stream(stream)
    for (const { stream: other, event } of this.#order.needed(index, reads, writes)) {
      if (event !== undefined && this.#program.preferEvents) {
        on.wait(this.#event(event))
        this.#order.waited(index, event)
      } else {
        on.wait(this.#stream(other))
        this.#order.joined(index, other)
      }
    }
    this.#order.used(index, reads, writes)
    if (!abort) {
      submit(on, {})
      return
    }
    // The device can't take it back: only the Promise ends early.
    const controller = new AbortController()
    const ignore = () => undefined
    this.#awaited.push(submit(on, { signal: controller.signal }).then(ignore, ignore) as Promise<unknown>)
    controller.abort()
  }

  #part({ buffer, start, length }: Part): Part {
    const index = buffer % this.#buffers.length
    const size = this.#buffer(index).model.length
    const from = start % size
    return { buffer: index, start: from, length: 1 + ((length - 1) % (size - from)) }
  }

  #index = (stream: number) => stream % this.#streams.length
  #stream = (stream: number) => this.#streams[this.#index(stream)] as Stream
  #event = (event: number) => this.#events[event] as Event
  #buffer = (index: number) => this.#buffers[index] as Buffer
}

function cut(span: Span, start: number, length: number): Span {
  return span instanceof Uint8Array
    ? span.subarray(start, start + length)
    : (span as DeviceArray | PinnedArray).slice(start, start + length)
}
