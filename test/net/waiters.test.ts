import { expect, it } from 'vitest'
import { errorOf } from '../fixtures/settled.ts'
import { pair } from './pair.ts'

/** Milliseconds that `count` waiters take to come, and to go from the middle. */
async function crowd(count: number): Promise<number> {
  await using both = await pair()
  const began = performance.now()
  const aborts = Array.from({ length: count }, () => new AbortController())
  const reads = aborts.map(({ signal }) => errorOf(both.near.read({ signal })))
  for (let i = 0; i < count; ++i) aborts[(i * 7919) % count]?.abort()
  await Promise.all(reads)
  return performance.now() - began
}

it('leaving costs a waiter the same however many others wait', async () => {
  await crowd(2000)
  const few = await crowd(2000)
  const many = await crowd(32_000)
  expect(many).toBeLessThan(few * 16 * 6)
})

it('those that stay are served in their order', async () => {
  await using both = await pair()
  const aborts = Array.from({ length: 9 }, () => new AbortController())
  const reads = aborts.map(({ signal }) => both.near.readInto(new Uint8Array(1), { signal }))
  for (const i of [0, 4, 8]) {
    aborts[i]?.abort()
    await expect(reads[i]).rejects.toThrow()
  }
  const order: number[] = []
  const rest = [1, 2, 3, 5, 6, 7]
  for (const i of rest) void reads[i]?.then(() => order.push(i))
  await both.far.write('abcdef')
  await Promise.all(rest.map((i) => reads[i]))
  expect(order).toEqual(rest)
})
