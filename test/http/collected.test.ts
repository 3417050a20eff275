import { expect, it } from 'vitest'
import { run } from '../fixtures/child.ts'
import { collect } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { freshClient } from './client.ts'
import { httpServer, rawServer } from './server.ts'

/** Collects garbage until a condition holds. */
async function collectUntil(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); ++i) await collect()
}

/** A server that sends a part of a body, and counts the connections that are gone. */
async function stalling(): Promise<{ url: string; gone: () => number }> {
  let gone = 0
  const { url } = await rawServer((socket) => {
    socket.on('close', () => ++gone)
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
  })
  return { url, gone: () => gone }
}

it('a response that is dropped closes its connection, also while its signal lives', async () => {
  const { url, gone } = await stalling()
  const controller = new AbortController()
  const client = freshClient()
  const drop = async () => void (await client.get(url, { signal: controller.signal }))
  for (let i = 0; i < 5; ++i) await drop()
  await collectUntil(() => gone() === 5)
  expect(gone()).toBe(5)
  expect(usage().httpResponses).toBe(0)
  controller.abort()
})

it('a response that is dropped while its body is read stays, and so does its signal', async () => {
  const { url } = await stalling()
  const controller = new AbortController()
  const reading = freshClient()
    .get(url, { signal: controller.signal })
    .then((response) => response.bytes())
    .catch((error) => error)
  for (let i = 0; i < 10; ++i) await collect()
  controller.abort()
  expect(await reading).toMatchObject({ code: 'ABORT_ERR' })
})

it('a client that is dropped is closed when it is collected, with a warning, but not under a request or a body', async () => {
  const url = await httpServer((request, response) => {
    if (request.url === '/late') setTimeout(() => response.end('late'), 200)
    else response.end(request.url === '/large' ? Buffer.alloc(1 << 20) : 'small')
  })
  const ended = await run('drop-clients', { flags: ['--expose-gc'], args: [new URL(url).port] })
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'late 1048576\n' })
  expect(ended.stderr.match(/Warning: Closing a Client of heddle\/http on garbage collection/g)).toHaveLength(
    3,
  )
})
