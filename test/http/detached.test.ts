import { expect, it } from 'vitest'
import { collect } from '../fixtures/collect.ts'
import { deferred } from '../fixtures/deferred.ts'
import { hasSettled } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { bodyOf, httpServer, pattern } from './server.ts'

it('a request sends the memory that it was given, also when that is detached meanwhile', async () => {
  const { promise: maySend, resolve: read } = deferred<void>()
  let arrived: Buffer | undefined
  const url = await httpServer(async (request, response) => {
    await maySend
    arrived = await bodyOf(request)
    response.end('ok')
  })
  const body = Buffer.from(pattern(32 << 20))
  const sent = pattern(32 << 20)
  const posting = freshClient().post(url, body)
  expect(await hasSettled(posting)).toBe(false)
  structuredClone(body, { transfer: [body.buffer] })
  expect(body.byteLength).toBe(0)
  await collect()
  read()
  expect((await posting).status).toBe(200)
  expect(arrived?.equals(sent)).toBe(true)
})
