import { setImmediate as turn } from 'node:timers/promises'
import { threadTime } from '../thread-time.js'
import type { Bench } from './bench.js'

const batch = 1000
const batches = 20

/**
 * Microseconds of the JavaScript thread for each operation that is enqueued and that nobody awaits: the call, its share in the
 * drain, which makes a command of it and hands it to the device's thread, and what comes back. The call alone is the
 * smaller part, so the thread's whole CPU time is taken, over turns of the event loop that have a thousand operations each.
 */
export function threadCost({ stream }: Bench, enqueue: (count: number) => void): () => Promise<number> {
  return async () => {
    const before = await threadTime()
    for (let i = 0; i < batches; ++i) {
      enqueue(batch)
      await turn()
    }
    await stream.sync()
    return ((await threadTime()) - before) / (batch * batches)
  }
}
