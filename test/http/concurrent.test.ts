import { expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { usage } from '../fixtures/internals.ts'
import { freshClient } from './client.ts'
import { httpServer, pattern, until } from './server.ts'

it.each([100, 1000])('%i requests at a time', async (count) => {
  let now = 0
  let most = 0
  const url = await httpServer((request, response) => {
    most = Math.max(most, ++now)
    // All wait for the last of them.
    waiting.push(() => response.end(request.url))
    if (waiting.length === count) for (const answer of waiting) answer()
  })
  const waiting: (() => void)[] = []
  const client = freshClient()
  const texts = await Promise.all(
    Array.from({ length: count }, async (_, i) => (await client.get(`${url}/${i}`)).text()),
  )
  expect(texts).toEqual(Array.from({ length: count }, (_, i) => `/${i}`))
  expect(most).toBe(count)
  expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: count })
  await client.close()
  await until(() => usage().requests === 0)
})

it('many large bodies at a time come whole', async () => {
  const content = pattern(1 << 20)
  const url = await httpServer((request, response) => {
    if (request.url === '/chunked') response.write(content.subarray(0, 12_345))
    response.end(request.url === '/chunked' ? content.subarray(12_345) : content)
  })
  const client = freshClient({ maxConnections: 16 })
  await Promise.all(
    Array.from({ length: 64 }, async (_, i) => {
      const response = await client.get(url + (i % 2 === 0 ? '/length' : '/chunked'))
      expect(content.equals(await response.bytes())).toBe(true)
    }),
  )
  await client.close()
  expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 0 })
  await until(() => usage().requests === 0)
})

it('an idle connection keeps no process alive, and a request does', async () => {
  expect(await runClean('http-life')).toBe('ok')
})
