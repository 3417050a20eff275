import { type FileHandle, open, writeFile } from 'heddle/fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, turn } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()
let fifo: FileHandle

beforeAll(async () => {
  fifo = await open(folder.fifo(), 'r+')
})
afterAll(() => fifo.close())

type Transferable = ArrayBuffer & { transfer?: (length?: number) => ArrayBuffer }

const ways: [string, (buffer: Transferable) => ArrayBuffer | undefined][] = [
  ['structuredClone', (buffer) => structuredClone(buffer, { transfer: [buffer] })],
  [
    'postMessage',
    (buffer) => {
      const { port1, port2 } = new MessageChannel()
      port1.postMessage(buffer, [buffer])
      port1.close()
      port2.close()
      return undefined
    },
  ],
]
// Node 22 and later.
if ('transfer' in ArrayBuffer.prototype) {
  ways.push(['ArrayBuffer.prototype.transfer', (buffer) => buffer.transfer?.()])
  ways.push(['ArrayBuffer.prototype.transfer to another size', (buffer) => buffer.transfer?.(1 << 20)])
}

describe.each(ways)('a buffer that %s takes away', (_, takeAway) => {
  it('while a read is in flight', async () => {
    const bytes = new Uint8Array(1 << 16)
    const reading = fifo.read(bytes)
    await turn()
    takeAway(bytes.buffer)
    expect(bytes.byteLength).toBe(0)
    await collect()
    await fifo.write('something')
    const { bytesRead, buffer } = await reading
    expect([bytesRead, buffer.byteLength]).toEqual([9, 0])
  })

  it('and whose new owner is collected too', async () => {
    const reads = Array.from({ length: 50 }, () => {
      const bytes = new Uint8Array(4096)
      return { bytes, reading: fifo.read(bytes) }
    })
    await turn()
    for (const { bytes } of reads) takeAway(bytes.buffer)
    await collect()
    for (let i = 0; i < reads.length; ++i) await fifo.write('x'.repeat(4096))
    const got = await Promise.all(reads.map(({ reading }) => reading))
    expect(got.reduce((sum, { bytesRead }) => sum + bytesRead, 0)).toBe(50 * 4096)
  })

  it('in the turn in which the read begins', async () => {
    const bytes = new Uint8Array(64)
    const settled = Promise.allSettled([fifo.read(bytes)])
    const taken = takeAway(bytes.buffer)
    await collect()
    await fifo.write('something')
    const [outcome] = await settled
    if (outcome?.status === 'fulfilled') expect(outcome.value.bytesRead).toBe(9)
    else {
      expect(outcome?.reason).toHaveProperty('code', 'EFAULT')
      await fifo.read(Buffer.alloc(9))
    }
    expect(taken?.byteLength).not.toBe(0)
  })

  it('while a write is in flight', async () => {
    const full = await open(folder.fifo(), 'r+')
    await writeFile(full, Buffer.alloc(65_536))
    const bytes = new Uint8Array(512).fill(7)
    const writing = full.write(bytes)
    await turn()
    takeAway(bytes.buffer)
    await collect()
    await full.read(Buffer.alloc(65_536))
    expect((await writing).bytesWritten).toBe(512)
    expect((await full.read(Buffer.alloc(512))).buffer.every((byte) => byte === 7)).toBe(true)
    await full.close()
  })
})

it('a buffer that structuredClone takes away holds what is read, for its new owner', async () => {
  const bytes = new Uint8Array(9)
  const reading = fifo.read(bytes)
  await turn()
  const owner = structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  await fifo.write('something')
  await reading
  expect(Buffer.from(owner).toString()).toBe('something')
})

it('a buffer that nobody holds any more stays until the read has ended', async () => {
  const reading = fifo.read(new Uint8Array(9))
  await collect()
  await fifo.write('something')
  expect(Buffer.from((await reading).buffer).toString()).toBe('something')
})

describe('a detached buffer', () => {
  const detached = () => {
    const bytes = new Uint8Array(8)
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    return bytes
  }

  it('has no room to read into', async () => {
    expect((await fifo.read(detached())).bytesRead).toBe(0)
    await expect(fifo.read(detached(), 0, 8)).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })

  it('has nothing to write', async () => {
    expect((await fifo.write(detached())).bytesWritten).toBe(0)
    await expect(fifo.write(detached(), 0, 8)).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })

  it('was used before', async () => {
    const bytes = Buffer.from(new ArrayBuffer(4))
    await fifo.write(bytes)
    await fifo.read(bytes)
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    expect((await fifo.read(bytes)).bytesRead).toBe(0)
  })
})

it('nothing is held when all is done', async () => {
  await collect()
  const before = usage()
  for (let i = 0; i < 200; ++i) {
    const bytes = new Uint8Array(4096)
    await fifo.write(bytes)
    await fifo.read(bytes)
  }
  await collect()
  const { memory, requests } = usage()
  expect(requests).toBe(0)
  expect(memory).toBeLessThanOrEqual(before.memory + 2)
})
