import { Program } from '../program.js'
import { compared, type Row, withinLimit } from '../row.js'
import { summarize } from '../statistics.js'
import { type Bench, note } from './bench.js'
import { DeviceClock } from './device-clock.js'

/** Microseconds of work before the end that is awaited: waiting for long work is not to make its end late. */
const works = [20, 2000]
const limit = 10

/**
 * From the end of a stream's work to whoever awaits it. The last instruction of a kernel notes the time, so that what the device does
 * to end a kernel and to tell of it is counted too.
 */
export async function* wakes(bench: Bench): AsyncGenerator<Row> {
  bench.progress('wakes')
  const clock = await DeviceClock.of(bench)
  for (const work of works) {
    const uncertain: number[] = []
    const late = await bench.samples(async () => {
      await clock.compare()
      uncertain.push(clock.uncertainty / 1000)
      const times: number[] = []
      for (let i = 0; i < 50; ++i) times.push((await clock.afterEnd(work * 1000)) / 1000)
      return summarize(times).value
    })
    const name = bench.name(`stream done to await resumed, after ${work} us of work`)
    if (bench.onHost) {
      yield* besideHandOver(bench, name, late)
    } else {
      note(
        `the clocks of the GPU and of this process are compared to ${summarize(uncertain).value.toFixed(2)} us`,
      )
      yield withinLimit(name, 'us', summarize(late), limit)
    }
  }
}

/** The host device has no limit here: its work ends on another thread of this machine, which wakes ours. */
async function* besideHandOver(bench: Bench, name: string, late: readonly number[]): AsyncGenerator<Row> {
  await using peer = new Program('hand_over', [])
  const there = await bench.samples(() => peer.ask('there'))
  const figures = { ours: summarize(late), peer: summarize(there), peerName: 'one hand-over' }
  yield compared({ name, unit: 'us', ...figures })
}
