import * as fc from 'fast-check'
import { AbortError, ClosedError, TimeoutError } from 'heddle'
import type { Socket } from 'heddle/net'
import { expect } from 'vitest'
import { turn } from '../fixtures/collect.ts'

/** What somebody does between two operations. */
const pauses = ['none', 'microtasks', 'turn'] as const
type Pause = (typeof pauses)[number]

interface WriteStep {
  /** One part, or several for a writev. */
  readonly parts: readonly number[]
  readonly awaited: boolean
  readonly pause: Pause
}

interface ReadStep {
  /** How much there is room for; null: a chunk as it comes. */
  readonly room: number | null
  /** How the wait may end early, after which another follows. */
  readonly limit: 'none' | 'timeout' | 'abort'
  readonly pause: Pause
}

/** One direction of a connection. */
export interface Stream {
  readonly transport: 'tcp' | 'unix'
  readonly highWaterMark: number
  readonly writes: readonly WriteStep[]
  readonly reads: readonly ReadStep[]
  /** How the writer ends: when everything is with the system, but for the last two, which do not wait for that. */
  readonly ending: 'end' | 'end with bytes' | 'close' | 'close at once' | 'abort'
}

const pause = fc.constantFrom(...pauses)
// Around the limits by which sizes go different ways: a copied arrival, a copied write, a receive buffer, the socket's room.
const size = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1020, max: 1030 }),
  fc.integer({ min: 4090, max: 4100 }),
  fc.integer({ min: 8185, max: 8200 }),
  fc.integer({ min: 1, max: 300_000 }),
)

const stream: fc.Arbitrary<Stream> = fc.record({
  transport: fc.constantFrom('tcp', 'unix'),
  highWaterMark: fc.constantFrom(1, 1000, 64 << 10),
  writes: fc.array(
    fc.record({ parts: fc.array(size, { minLength: 1, maxLength: 4 }), awaited: fc.boolean(), pause }),
    { maxLength: 12 },
  ),
  reads: fc.array(
    fc.record({
      room: fc.option(size, { freq: 2 }),
      limit: fc.constantFrom('none', 'none', 'timeout', 'abort'),
      pause,
    }),
    { minLength: 1, maxLength: 6 },
  ),
  ending: fc.constantFrom('end', 'end with bytes', 'close', 'close at once', 'abort'),
})

/** Connections that are there together. */
export const crowds = fc.array(stream, { minLength: 1, maxLength: 16 })

/** What every stream carries, from its start: as much as the longest has. */
const content = Buffer.alloc(16 << 20)
for (let i = 0; i < content.length; ++i) content[i] = (Math.imul(i, 0x9e3779b1) >>> 24) ^ (i & 0xff)

async function rest(pause: Pause): Promise<void> {
  if (pause === 'turn') await turn()
  else if (pause === 'microtasks') for (let i = 0; i < 5; ++i) await undefined
}

/** How many bytes were written, and how many of them the system has said that it has. */
export interface Written {
  all: number
  taken: number
}

/** Writes, ends as it is told to, and closes the socket. */
export async function write(socket: Socket, { writes, ending }: Stream): Promise<Written> {
  const written: Written = { all: 0, taken: 0 }
  const pending: Promise<void>[] = []
  const controller = new AbortController()
  const options = ending === 'abort' ? { signal: controller.signal } : undefined
  const unfinished = (error: unknown) => {
    if (ending === 'abort')
      expect(error).toSatisfy((e) => e instanceof AbortError || e instanceof ClosedError)
    else {
      expect(ending).toBe('close at once')
      expect(error).toBeInstanceOf(ClosedError)
    }
  }
  for (const { parts, awaited, pause } of writes) {
    const pieces = parts.map((length) => {
      written.all += length
      return content.subarray(written.all - length, written.all)
    })
    const length = parts.reduce((sum, part) => sum + part)
    const sent =
      pieces.length === 1 ? socket.write(pieces[0] as Buffer, options) : socket.writev(pieces, options)
    const settled = sent.then(() => {
      written.taken += length
    }, unfinished)
    pending.push(settled)
    if (awaited && ending !== 'abort') await settled
    await rest(pause)
  }
  if (ending === 'abort') controller.abort()
  if (ending !== 'close at once') await Promise.all(pending)
  if (ending === 'end') await socket.end()
  if (ending === 'end with bytes') {
    written.all += 10
    await socket.end(content.subarray(written.all - 10, written.all))
    written.taken += 10
  }
  await Promise.all([socket.close(), ...pending])
  return written
}

/** Reads to the end, and checks every byte. Gives how many there were. */
export async function read(socket: Socket, { reads }: Stream): Promise<number> {
  let count = 0
  for (let step = 0; ; ++step) {
    const { room, limit, pause } = reads[step % reads.length] as ReadStep
    // Now and then with a limit: else a reader might never get anything.
    const chunk = await next(socket, room, step % 2 === 0 ? limit : 'none')
    if (chunk === null) return count
    if (chunk !== undefined) {
      if (content.compare(chunk, 0, chunk.length, count, count + chunk.length) !== 0) {
        expect.fail(`other bytes than those from ${count} on, in a chunk of ${chunk.length}`)
      }
      count += chunk.length
    }
    await rest(pause)
  }
}

/** Null at the end, undefined when the wait has ended early. */
async function next(
  socket: Socket,
  room: number | null,
  limit: ReadStep['limit'],
): Promise<Uint8Array | null | undefined> {
  const controller = new AbortController()
  const options =
    limit === 'timeout' ? { timeout: 1 } : limit === 'abort' ? { signal: controller.signal } : undefined
  const into = new Uint8Array(room ?? 0)
  const reading = room === null ? socket.read(options) : socket.readInto(into, options)
  if (limit === 'abort') setImmediate(() => controller.abort())
  try {
    const got = await reading
    if (typeof got !== 'number') return got
    return got === 0 ? null : into.subarray(0, got)
  } catch (error) {
    expect(error).toBeInstanceOf(limit === 'timeout' ? TimeoutError : AbortError)
    return undefined
  }
}
