// Sleeps: some that end, some that are aborted before and during.
import { sleep } from 'heddle'

export async function sleepRound() {
  const controller = new AbortController()
  const { signal } = controller
  const sleeps = Array.from({ length: 300 }, (_, i) => sleep(i % 3 === 0 ? 1e6 : i / 100, { signal }))
  const all = Promise.allSettled([...sleeps, sleep(1, { signal: AbortSignal.abort() })])
  await sleep(4)
  controller.abort()
  await all
}
