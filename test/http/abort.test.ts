import { TimeoutError } from 'heddle'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { httpServer, type RawServer, rawServer, until } from './server.ts'

const aborted = { name: 'AbortError', code: 'ABORT_ERR' }
const nothingLeft = { httpResponses: 0, idleConnections: 0, requests: 0 }

/** What a server has done with a request when it says no more. */
const stages: readonly [name: string, said: string][] = [
  ['the request', ''],
  ['a part of the head', 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['the head', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'],
  ['the head of a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n'],
  ['a part of the body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
  ['all chunks but the last', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n'],
]

/** A server that goes silent, and tells when a client has gone. */
async function silent(said: string): Promise<RawServer & { gone: () => number }> {
  let gone = 0
  const server = await rawServer((socket) => {
    socket.on('close', () => ++gone)
    socket.write(said)
  })
  return { ...server, gone: () => gone }
}

describe.each(stages)('a server that stalls after %s', (_, said) => {
  it('and an abort', async () => {
    const server = await silent(said)
    const controller = new AbortController()
    const { signal } = controller
    const client = freshClient()
    const reading = client.get(server.url, { signal }).then((response) => response.bytes())
    await until(() => server.received() !== '')
    for (let i = 0; i < 5; ++i) await turn()
    const reason = new Error('why')
    controller.abort(reason)
    expect(await errorOf(reading)).toMatchObject({ ...aborted, cause: reason })
    await until(() => server.gone() === 1)
    expect(usage()).toMatchObject(nothingLeft)
  })

  it('and a deadline', async () => {
    const server = await silent(said)
    const reading = freshClient()
      .get(server.url, { timeout: 60 })
      .then((response) => response.bytes())
    const error = await errorOf(reading)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_TIMEOUT', ms: 60 })
    await until(() => server.gone() === 1)
    expect(usage()).toMatchObject({ ...nothingLeft, timers: 0 })
  })
})

it('an abort before the request sends nothing', async () => {
  const server = await silent('')
  const client = freshClient()
  const reason = new Error('why')
  const signal = AbortSignal.abort(reason)
  expect(await errorOf(client.get(server.url, { signal }))).toMatchObject({ ...aborted, cause: reason })
  expect(server.sockets).toHaveLength(0)
})

it('an abort in the same turn', async () => {
  const server = await silent('')
  const client = freshClient()
  const controller = new AbortController()
  const asking = client.get(server.url, { signal: controller.signal })
  controller.abort()
  expect(await errorOf(asking)).toMatchObject(aborted)
  expect(usage()).toMatchObject(nothingLeft)
})

it('an abort between the head and the read of the body', async () => {
  const server = await silent('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n')
  const controller = new AbortController()
  const response = await freshClient().get(server.url, { signal: controller.signal })
  controller.abort()
  expect(await errorOf(response.text())).toMatchObject(aborted)
  await until(() => server.gone() === 1)
})

it('a deadline that passes between the head and the read of the body', async () => {
  const server = await silent('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
  const reading = freshClient()
    .get(server.url, { timeout: 30 })
    .then(async (response) => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      return response.text()
    })
  expect(await errorOf(reading)).toBeInstanceOf(TimeoutError)
  await until(() => server.gone() === 1)
})

it('an abort while a connection is being made', async () => {
  // Nobody answers on an address for documentation; where the system refuses it at once there is nothing to abort.
  const controller = new AbortController()
  const { signal } = controller
  const failing = errorOf(freshClient().get('http://192.0.2.1:9/', { signal, timeout: 20_000 }))
  await turn()
  controller.abort()
  const error = (await failing) as { code: string }
  expect(['ABORT_ERR', 'ENETUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED']).toContain(error.code)
})

it('an abort while a large body is being sent', async () => {
  const server = await rawServer((socket) => socket.pause())
  const controller = new AbortController()
  const sending = freshClient().post(server.url, Buffer.alloc(64 << 20), { signal: controller.signal })
  await until(() => server.sockets.length === 1)
  for (let i = 0; i < 5; ++i) await turn()
  controller.abort()
  expect(await errorOf(sending)).toMatchObject(aborted)
  expect(usage()).toMatchObject(nothingLeft)
})

it('one abort ends many exchanges, and those alone', async () => {
  const server = await silent('')
  const url = await httpServer((_, response) => setImmediate(() => response.end('ok')))
  const client = freshClient()
  const controller = new AbortController()
  const { signal } = controller
  const ended = Promise.allSettled(Array.from({ length: 50 }, () => client.get(server.url, { signal })))
  const others = Promise.all(Array.from({ length: 50 }, async () => (await client.get(url)).text()))
  await until(() => server.sockets.length === 50)
  controller.abort()
  for (const result of await ended) expect((result as PromiseRejectedResult).reason).toMatchObject(aborted)
  expect(new Set(await others)).toEqual(new Set(['ok']))
})

it('at any moment it settles, one way or the other', async () => {
  const content = Buffer.alloc(300_000, 7)
  const url = await httpServer((request, response) => {
    if (request.url === '/chunked') for (let i = 0; i < 3; ++i) response.write(content.subarray(0, 100_000))
    response.end(request.url === '/chunked' ? undefined : content)
  })
  const client = freshClient()
  for (let i = 0; i < 60; ++i) {
    const controller = new AbortController()
    const path = i % 2 === 0 ? '/length' : '/chunked'
    const reading = client.get(url + path, { signal: controller.signal }).then((response) => response.bytes())
    for (let turns = i % 13; turns > 0; --turns) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    const outcome = await reading.catch((error) => error)
    if (outcome instanceof Error) expect(outcome).toMatchObject(aborted)
    else expect(content.equals(outcome)).toBe(true)
  }
  expect(usage()).toMatchObject({ httpResponses: 0, requests: 0 })
})
