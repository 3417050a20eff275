import { sleep } from 'heddle'
import { row, whole } from './format.js'
import { progress } from './progress.js'

const waits = 100
const milliseconds = 50

/** The classic comparison: the same waits, one after another and together. Nothing about it is simulated. */
export async function compareWaits(signal: AbortSignal): Promise<void> {
  console.log(`\n${waits} waits of ${milliseconds} ms`)
  const bar = progress('one after another', waits)
  const oneByOne = await timed(async () => {
    for (let index = 0; index < waits; index += 1) {
      await sleep(milliseconds, { signal })
      bar.add(1)
    }
  }).finally(() => bar.stop())
  console.log(row('one after another', `${whole(oneByOne).padStart(5)} ms`))
  const together = await timed(async () => {
    await Promise.all(Array.from({ length: waits }, () => sleep(milliseconds, { signal })))
  })
  const times = whole(oneByOne / together)
  console.log(row('together', `${whole(together).padStart(5)} ms, ${times} times as fast`))
}

async function timed(work: () => Promise<void>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}
