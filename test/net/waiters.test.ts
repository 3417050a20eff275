import { expect, it } from 'vitest'
import { errorOf } from '../fixtures/settled.ts'
import { pair } from './pair.ts'

it('leave from the middle of a crowd, and nobody is left behind', async () => {
  await using both = await pair()
  const count = 2000
  const aborts = Array.from({ length: count }, () => new AbortController())
  const reads = aborts.map(({ signal }) => errorOf(both.near.read({ signal })))
  for (let i = 0; i < count; ++i) aborts[(i * 7919) % count]?.abort()
  for (const error of await Promise.all(reads)) expect(error).toMatchObject({ name: 'AbortError' })
  const next = both.near.read()
  await both.far.write('for whoever comes next')
  expect(String(await next)).toBe('for whoever comes next')
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
