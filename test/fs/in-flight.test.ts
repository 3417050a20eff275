import { openSync, readFileSync, writeSync } from 'node:fs'
import { sleep } from 'heddle'
import { type FileHandle, open, stat } from 'heddle/fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { deliveries } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()
const count = 10_000
const content = Array.from({ length: count }, (_, i) => String(i).padStart(8, '0')).join('')
const path = folder.file(content)
let file: FileHandle

beforeAll(async () => {
  file = await open(path)
})
afterAll(() => file.close())

const read = (i: number) => file.read(Buffer.alloc(8), 0, 8, i * 8)

describe('ten thousand at once', () => {
  it('reads, each with its own bytes', async () => {
    const results = await Promise.all(Array.from({ length: count }, (_, i) => read(i)))
    expect(results.map(({ buffer }) => String(buffer)).join('')).toBe(content)
  })

  it('reads into one buffer', async () => {
    const all = Buffer.alloc(count * 8)
    await Promise.all(Array.from({ length: count }, (_, i) => file.read(all, i * 8, 8, i * 8)))
    expect(String(all)).toBe(content)
  })

  it('stats', async () => {
    const results = await Promise.all(Array.from({ length: count }, () => stat(path)))
    expect(new Set(results.map(({ size }) => size))).toEqual(new Set([count * 8]))
  })

  it('opens of 500 files, many times over', async () => {
    const opens = Array.from({ length: count }, async (_, i) => {
      await sleep(Math.floor(i / 500))
      const handle = await open(path)
      const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, i * 8)
      await handle.close()
      return String(buffer)
    })
    expect((await Promise.all(opens)).join('')).toBe(content)
  })

  it('reads that fail', async () => {
    const directory = await open(folder.path)
    const outcomes = await Promise.allSettled(
      Array.from({ length: count }, () => directory.read(Buffer.alloc(8))),
    )
    await directory.close()
    expect(new Set(outcomes.map((outcome) => 'reason' in outcome && outcome.reason.code))).toEqual(
      new Set(['EISDIR']),
    )
  })

  it('operations of every kind', async () => {
    const kinds = [
      () => read(7),
      () => file.stat(),
      () => sleep(1),
      () => stat(path),
      () => file.read(Buffer.alloc(65_536)),
    ]
    const results = await Promise.all(
      Array.from({ length: count }, (_, i) => (kinds[i % kinds.length] as () => unknown)()),
    )
    expect(results.length).toBe(count)
  })
})

describe('a thousand in flight cost a call into JavaScript per batch', () => {
  const calls = async (operations: () => Promise<unknown>[]) => {
    const before = deliveries()
    await Promise.all(operations())
    return deliveries() - before
  }
  const thousand = Array.from({ length: 1000 }, (_, i) => i)

  it('reads', async () => {
    expect(await calls(() => thousand.map(read))).toBeLessThan(400)
  })

  it.runIf(process.env['HEDDLE_IO'] === 'uring')('reads through the ring: a few', async () => {
    expect(await calls(() => thousand.map(read))).toBeLessThanOrEqual(10)
  })

  it('sleeps of the same length: a few', async () => {
    expect(await calls(() => thousand.map(() => sleep(5)))).toBeLessThanOrEqual(10)
  })
})

it('a read that completes at once is followed by an operation that does not wait for another event', () =>
  runClean('chain-of-operations', { killAfter: 30_000 }))

it('descriptors do not pass to child processes', async () => {
  expect(await runClean('inherited-descriptors')).toBe('0')
})

it('many readers of a FIFO and much to write leave room for others', async () => {
  const fifos = await Promise.all(Array.from({ length: 8 }, () => open(folder.fifo(), 'r+')))
  const writes = fifos.map((fifo) => fifo.write(Buffer.alloc(1 << 20)))
  const reads = fifos.map((fifo) => Array.from({ length: 8 }, () => fifo.read(Buffer.alloc(16))))
  expect(readFileSync(path, 'utf8')).toBe(content)
  expect(String((await read(42)).buffer)).toBe('00000042')
  await Promise.all(reads.flat())
  // As any write to a pipe they wait until all is read, which nobody does.
  await Promise.all(fifos.map((fifo) => fifo.close()))
  for (const { bytesWritten } of await Promise.all(writes)) expect(bytesWritten).toBeLessThan(1 << 20)
})

it('operations that wait for ever do not hold up others', async () => {
  const path = folder.fifo()
  const fifo = await open(path, 'r+')
  const reads = Array.from({ length: 200 }, () => fifo.read(Buffer.alloc(1)))
  expect(String((await read(42)).buffer)).toBe('00000042')
  expect((await stat(path)).isFIFO()).toBe(true)
  writeSync(openSync(path, 'w'), Buffer.alloc(200))
  await Promise.all(reads)
  await fifo.close()
})
