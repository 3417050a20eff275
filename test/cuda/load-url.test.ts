import type { IncomingMessage, ServerResponse } from 'node:http'
import { load } from 'heddle/cuda'
import { get } from 'heddle/http'
import { expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { deferred } from '../fixtures/deferred.ts'
import { usage } from '../fixtures/internals.ts'
import { httpServer } from '../http/server.ts'
import { download, randomBytes, sameBytes } from './bytes.ts'
import { aborted, closed, expectCudaError, rejection } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const MiB = 1 << 20

/** So many seconds into a minute. */
const date = (seconds: number) => new Date(Date.UTC(2026, 1, 3, 4, 5, seconds)).toUTCString()

interface Kind {
  readonly ranges?: boolean
  readonly chunked?: boolean
  /** What tells its version. */
  readonly version?: Readonly<Record<string, string>>
  readonly before?: (request: IncomingMessage) => void
  /** Called before a range is answered; true: it has answered. */
  readonly instead?: (response: ServerResponse, range: string) => boolean
}

/** Serves the bytes; `asked` tells for which ranges. */
async function serve(
  content: Uint8Array,
  { ranges = true, chunked = false, version = { etag: '"one"' }, before, instead }: Kind = {},
) {
  const asked: (string | undefined)[] = []
  const url = await httpServer((request, response) => {
    const { range } = request.headers
    asked.push(range)
    before?.(request)
    if (request.url === '/moved') {
      response.writeHead(307, { Location: '/' }).end()
      return
    }
    if (ranges) response.setHeader('Accept-Ranges', 'bytes')
    for (const [name, value] of Object.entries(version)) response.setHeader(name, value)
    if (range !== undefined && instead?.(response, range) === true) return
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')?.map(Number) ?? []
    if (ranges && start !== undefined && end !== undefined) {
      response.setHeader('Content-Range', `bytes ${start}-${end}/${content.length}`)
      response.setHeader('Content-Length', end + 1 - start)
      response.writeHead(206).end(content.subarray(start, end + 1))
      return
    }
    if (!chunked) response.setHeader('Content-Length', content.length)
    response.on('error', () => undefined)
    if (chunked) response.write(content.subarray(0, 1))
    response.end(chunked ? content.subarray(1) : content)
  })
  return { url: new URL(url), asked }
}

onEachDevice('load of a URL', (target) => {
  it.each([0, 1, MiB, 4 * MiB - 1, 8 * MiB + 3])('gives %i bytes', async (length) => {
    const { gpu, stream } = await target.stream()
    const content = randomBytes(length, length + 1)
    const { url, asked } = await serve(content)
    const { bytes, stats } = await load(url, gpu)
    expect(bytes).toMatchObject({ dtype: 'u8', length, disposed: false })
    expect(sameBytes(await download(stream, bytes), content)).toBe(true)
    expect(stats.bytes).toBe(length)
    const parts = Math.max(1, Math.min(4, Math.floor(length / (4 * MiB))))
    expect(asked).toHaveLength(parts)
    expect(asked.filter((range) => range !== undefined)).toHaveLength(parts - 1)
    await turn()
    expect(usage()).toMatchObject({ httpResponses: 0, idleConnections: 0 })
  })

  it.each([
    [{ ranges: false }, 1],
    [{}, 2],
    [{ version: {} }, 1],
    [{ version: { etag: 'W/"one"' } }, 1],
    [{ version: { 'last-modified': date(10), date: date(10) } }, 1],
    [{ version: { 'last-modified': 'once', date: date(10) } }, 1],
    [{ version: { 'last-modified': date(10), date: date(11) } }, 2],
    [{ version: { 'last-modified': date(10), date: date(11), etag: 'W/"one"' } }, 2],
  ])('of %j over %i connections', async (kind, connections) => {
    const { gpu, stream } = await target.stream()
    const content = randomBytes(8 * MiB + 5)
    const { url, asked } = await serve(content, kind)
    const { bytes } = await load(url, gpu, { connections: 2, chunkBytes: 100_000 })
    expect(sameBytes(await download(stream, bytes), content)).toBe(true)
    expect(asked).toHaveLength(connections)
  })

  it('follows redirects, and tells how far it is', async () => {
    const { gpu, stream } = await target.stream()
    const content = randomBytes(8 * MiB)
    const { url } = await serve(content)
    let last = { bytes: 0, total: 0 }
    const onProgress = (progress: typeof last) => {
      expect(progress.bytes).toBeGreaterThanOrEqual(last.bytes)
      last = progress
    }
    const { bytes } = await load(new URL('/moved', url), gpu, { onProgress })
    expect(sameBytes(await download(stream, bytes), content)).toBe(true)
    expect(last).toEqual({ bytes: content.length, total: content.length })
  })

  it('puts the body of a response into device memory', async () => {
    const { gpu, stream } = await target.stream()
    const content = randomBytes(2 * MiB + 4)
    for (const kind of [{}, { chunked: true }]) {
      const { url } = await serve(content, kind)
      const array = await gpu.alloc('u8', content.length + 10)
      await stream.fill(array, 7)
      const { bytesInto } = await get(url, { into: array })
      expect(bytesInto).toBe(content.length)
      const got = await download(stream, array)
      expect(sameBytes(got.subarray(0, content.length), content)).toBe(true)
      expect([...got.subarray(content.length)]).toEqual(Array(10).fill(7))
      const small = await gpu.alloc('u8', content.length - 1)
      expect(await rejection(get(url, { into: small }))).toMatchObject({ code: 'ERR_HEDDLE_HTTP_BODY_LIMIT' })
    }
    const { url } = await serve(content.subarray(0, 12))
    const floats = await gpu.alloc('f32', 3)
    expect((await get(url, { into: floats })).bytesInto).toBe(12)
  })
})

it.each([
  ['the head', 0],
  ['some of the body', 3],
])('ends when its device closes, while the server still has to send %s', async (_, sent) => {
  const gpu = await openHost()
  const asked = deferred<void>()
  const url = await httpServer((_request, response) => {
    if (sent > 0) response.writeHead(200, { 'Content-Length': 10 }).write('abc')
    asked.resolve()
  })
  const loading = rejection(load(new URL(url), gpu))
  await asked.promise
  await gpu.close()
  expectCudaError(await loading, closed)
  await turn()
  expect(usage()).toMatchObject({ devices: 0, httpResponses: 0 })
})

it('rejects what can not be loaded, and keeps no memory', async () => {
  const gpu = await openHost({ memoryLimit: 12 * MiB })
  const content = randomBytes(8 * MiB)
  const cases: [Kind, object][] = [
    [{ ranges: false, chunked: true }, { code: 'ERR_HEDDLE_HTTP_LENGTH' }],
    [
      { instead: (response) => Boolean(response.writeHead(200).end('another')) },
      { code: 'ERR_HEDDLE_HTTP_RANGE' },
    ],
    [
      {
        instead: (response) =>
          Boolean(response.writeHead(206, { 'Content-Range': 'bytes 0-3/4' }).end('less')),
      },
      { code: 'ERR_HEDDLE_HTTP_RANGE' },
    ],
    [{ instead: (response) => Boolean(response.destroy()) }, { code: 'ECONNRESET' }],
  ]
  for (const [kind, error] of cases) {
    const { url } = await serve(content, kind)
    expect(await rejection(load(url, gpu))).toMatchObject(error)
    expect((await gpu.memory()).free).toBe(12 * MiB)
  }
  const missing = await httpServer((_, response) => response.writeHead(404).end())
  expect(await rejection(load(new URL(missing), gpu))).toMatchObject({ code: 'ERR_HEDDLE_HTTP_STATUS' })
  expect(await rejection(load(new URL('https://host/'), gpu))).toMatchObject({
    code: 'ERR_HEDDLE_HTTP_SCHEME',
  })
  const { url } = await serve(randomBytes(13 * MiB))
  expect(await rejection(load(url, gpu))).toMatchObject({ code: 'cudaErrorMemoryAllocation' })
  await turn()
  expect(usage().httpResponses).toBe(0)
})

it('asks for the parts with the credentials of the whole, and shows them nowhere', async () => {
  const gpu = await openHost()
  const content = randomBytes(8 * MiB)
  const seen: (string | undefined)[] = []
  const { url } = await serve(content, {
    before: (request) => void seen.push(request.headers.authorization),
  })
  url.username = 'user'
  url.password = 'secret'
  const { bytes } = await load(url, gpu, { connections: 2 })
  bytes.dispose()
  const sent = `Basic ${btoa('user:secret')}`
  expect(seen).toEqual([sent, sent])
  const missing = new URL(await httpServer((_, response) => response.writeHead(404).end()))
  missing.password = 'secret'
  expect(((await rejection(load(missing, gpu))) as Error).message).not.toMatch(/secret/)
})

it.each([{ etag: '"one"' }, { 'last-modified': date(10), date: date(12) }])(
  'that changes between its parts is refused: %j',
  async (version) => {
    const gpu = await openHost({ memoryLimit: 64 * MiB })
    const old = randomBytes(8 * MiB)
    const said: (string | undefined)[] = []
    // A server that heeds If-Range: it gives all of the new version, which is as long.
    const { url } = await serve(old, {
      version,
      before: (request) => void said.push(request.headers['if-range'] as string | undefined),
      instead: (response) => Boolean(response.writeHead(200, { 'Content-Length': old.length }).end(old)),
    })
    expect(await rejection(load(url, gpu, { connections: 2 }))).toMatchObject({
      code: 'ERR_HEDDLE_HTTP_RANGE',
    })
    expect(said).toEqual([undefined, Object.values(version)[0]])
    expect((await gpu.memory()).free).toBe(64 * MiB)
  },
)

it('that changes between its parts is refused, also where the server does not heed If-Range', async () => {
  const gpu = await openHost()
  const { url } = await serve(randomBytes(8 * MiB), {
    instead: (response) => {
      response.setHeader('ETag', '"two"')
      return false
    },
  })
  expect(await rejection(load(url, gpu, { connections: 2 }))).toMatchObject({ code: 'ERR_HEDDLE_HTTP_RANGE' })
})

it('is aborted in the midst of it, and then keeps no memory', async () => {
  const gpu = await openHost({ memoryLimit: 64 * MiB })
  // Its parts are never answered, so that it can't be over before.
  const { url } = await serve(randomBytes(20 * MiB), { instead: () => true })
  for (let i = 0; i < 5; ++i) {
    const controller = new AbortController()
    const loading = load(url, gpu, { signal: controller.signal, chunkBytes: 65_536 })
    for (let turns = i * 7; turns > 0; --turns) await new Promise((resolve) => setImmediate(resolve))
    controller.abort('why')
    expect(await rejection(loading)).toMatchObject({ ...aborted, cause: 'why' })
    expect((await gpu.memory()).free).toBe(64 * MiB)
  }
  await turn()
  expect(usage()).toMatchObject({ httpResponses: 0, requests: 0 })
})
