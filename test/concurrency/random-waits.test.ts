import * as fc from 'fast-check'
import { Channel, Semaphore, scope } from 'heddle'
import { expect, it } from 'vitest'

/** A failure prints its seed; give it here to see it again. */
const seed = 20_260_602

/** What somebody does again and again: an abort after so many steps, if any, and a pause after each round. */
interface Habit {
  readonly abortAfter: number | null
  readonly pause: number
  readonly permits: number
}

const habits = fc.array(
  fc.record({
    abortAfter: fc.option(fc.nat(8), { freq: 2 }),
    pause: fc.nat(3),
    permits: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 12 },
)
const crowd = fc.array(habits, { minLength: 1, maxLength: 8 })

async function steps(count: number): Promise<void> {
  for (let i = 0; i < count; ++i) await undefined
}

/** A signal that is aborted after so many steps, beside what uses it. */
function abortedAfter(count: number | null): AbortSignal | undefined {
  if (count === null) return undefined
  const controller = new AbortController()
  void steps(count).then(() => controller.abort())
  return controller.signal
}

const aborted = (error: { code: unknown }) => {
  expect(error.code).toBe('ABORT_ERR')
  return undefined
}

it('a channel gives each value that was sent exactly once, whoever is aborted', () =>
  fc.assert(
    fc.asyncProperty(crowd, crowd, fc.nat(4), async (senders, receivers, capacity) => {
      const channel = new Channel<number>(capacity)
      const sent: number[] = []
      const seen: number[] = []
      let next = 0
      let sending = senders.length
      await scope((s) => {
        for (const rounds of senders) {
          s.spawn(async () => {
            for (const { abortAfter, pause } of rounds) {
              const number = next++
              const signal = abortedAfter(abortAfter)
              await channel.send(number, { signal }).then(() => sent.push(number), aborted)
              await steps(pause)
            }
            if (--sending === 0) channel.close()
          })
        }
        for (const rounds of receivers) {
          s.spawn(async () => {
            for (let i = 0; ; ++i) {
              const { abortAfter, pause } = rounds[i % rounds.length] as Habit
              const signal = abortedAfter(i < 100 ? abortAfter : null)
              const received = await channel.receive({ signal }).catch(aborted)
              if (received?.done) return
              if (received !== undefined) seen.push(received.value)
              await steps(pause)
            }
          })
        }
      })
      const ascending = (a: number, b: number) => a - b
      expect(seen.sort(ascending)).toEqual(sent.sort(ascending))
      expect(channel.size).toBe(0)
    }),
    { seed, numRuns: 500 },
  ))

it('a semaphore never gives more than it has, and gets everything back', () =>
  fc.assert(
    fc.asyncProperty(crowd, async (contenders) => {
      const semaphore = new Semaphore(5)
      let taken = 0
      let [served, stopped] = [0, 0]
      await scope((s) => {
        for (const rounds of contenders) {
          s.spawn(async () => {
            for (const { abortAfter, pause, permits } of rounds) {
              const signal = abortedAfter(abortAfter)
              using permit = await semaphore.acquire({ signal, permits }).catch(aborted)
              if (permit === undefined) {
                ++stopped
                continue
              }
              ++served
              taken += permits
              // What is granted already, though who gets it has not heard, is not available either.
              expect(semaphore.available).toBeLessThanOrEqual(5 - taken)
              await steps(pause)
              taken -= permits
            }
          })
        }
      })
      expect(served + stopped).toBe(contenders.flat().length)
      expect(semaphore.available).toBe(5)
    }),
    { seed, numRuns: 500 },
  ))

it('a channel keeps the order of each sender', () =>
  fc.assert(
    fc.asyncProperty(
      crowd,
      fc.nat(4),
      fc.integer({ min: 1, max: 4 }),
      async (senders, capacity, receivers) => {
        const channel = new Channel<readonly [sender: number, number: number]>(capacity)
        const seen = senders.map((): number[] => [])
        let sending = senders.length
        await scope((s) => {
          senders.forEach((rounds, sender) => {
            s.spawn(async () => {
              for (const [number, { pause }] of rounds.entries()) {
                await channel.send([sender, number])
                await steps(pause)
              }
              if (--sending === 0) channel.close()
            })
          })
          for (let i = 0; i < receivers; ++i) {
            s.spawn(async () => {
              for await (const [sender, number] of channel) seen[sender]?.push(number)
            })
          }
        })
        expect(seen).toEqual(senders.map((rounds) => rounds.map((_, number) => number)))
      },
    ),
    { seed, numRuns: 200 },
  ))
