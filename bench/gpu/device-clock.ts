import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { PinnedArray } from 'heddle/cuda'
import type { Bench } from './bench.js'
import { type TimedKernels, timedKernels } from './kernels.js'

const config = { grid: 1, block: 1 }
const handshakes = 8
/** Milliseconds after which a kernel that does not answer is given up. */
const patience = 2000n * 1_000_000n

/** Kernels that note when they were done, in the nanoseconds of process.hrtime(). */
export class DeviceClock {
  readonly #stream: Bench['stream']
  readonly #stamp: TimedKernels['stamp']
  readonly #go: PinnedArray<'u32'>
  readonly #done: PinnedArray<'u64'>
  /** Whether it is the same clock: the host device's is. */
  readonly #ours: boolean
  /** What the device's clock is ahead of ours. */
  #ahead = 0n
  /** Nanoseconds by which that may be wrong. */
  uncertainty = 0

  private constructor(
    { stream, onHost }: Bench,
    stamp: TimedKernels['stamp'],
    memory: { go: PinnedArray<'u32'>; done: PinnedArray<'u64'> },
  ) {
    this.#stream = stream
    this.#ours = onHost
    this.#stamp = stamp
    this.#go = memory.go
    this.#done = memory.done
  }

  static async of(bench: Bench): Promise<DeviceClock> {
    const { gpu } = bench
    const { stamp } = await timedKernels(gpu)
    return new DeviceClock(bench, stamp, {
      go: await gpu.pinned('u32', 1),
      done: await gpu.pinned('u64', 1),
    })
  }

  /** Launches a kernel that takes so many nanoseconds; resolves to how many after its end the await went on. */
  async afterEnd(nanoseconds: number): Promise<number> {
    Atomics.store(this.#go.array, 0, 1)
    await this.#launch(nanoseconds)
    const resumed = process.hrtime.bigint()
    return Number(resumed - this.#end() + this.#ahead)
  }

  /**
   * Compares the clocks, which drift. A kernel waits for a word from here and notes the time, and this waits for that note: its
   * time lies between the two that are taken here, which the quickest of some handshakes has closest together.
   */
  async compare(): Promise<void> {
    if (this.#ours) return
    let least = patience
    for (let i = 0; i < handshakes; ++i) {
      Atomics.store(this.#go.array, 0, 0)
      Atomics.store(this.#done.array, 0, 0n)
      const ended = this.#launch(0)
      await turn()
      await wait(1)
      const asked = process.hrtime.bigint()
      Atomics.store(this.#go.array, 0, 1)
      while (this.#end() === 0n && process.hrtime.bigint() - asked < patience);
      const answered = process.hrtime.bigint()
      await ended
      if (answered - asked >= least) continue
      least = answered - asked
      this.#ahead = this.#end() - (asked + least / 2n)
    }
    if (least === patience) throw new Error('no kernel has noted its time')
    this.uncertainty = Number(least) / 2
  }

  #end(): bigint {
    return Atomics.load(this.#done.array, 0)
  }

  async #launch(nanoseconds: number): Promise<void> {
    await this.#stream.launch(this.#stamp, config, this.#go, nanoseconds, this.#done)
  }
}
