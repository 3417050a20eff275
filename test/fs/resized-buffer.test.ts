import { type FileHandle, open, stat } from 'heddle/fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, turn } from '../fixtures/collect.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { Memory } from '../fixtures/web-assembly.ts'

const folder = tempFolder()
const text = '0123456789abcdef'.repeat(4096)
const path = folder.file(text)
let file: FileHandle
let fifo: FileHandle

beforeAll(async () => {
  file = await open(path)
  fifo = await open(folder.fifo(), 'r+')
})
afterAll(() => Promise.all([file.close(), fifo.close()]))

type Resizable = ArrayBuffer & { resize(length: number): void }
type Growable = SharedArrayBuffer & { grow(length: number): void }

// The library of ES2023 does not know these.
const resizable = (length: number, maxByteLength: number) =>
  new (ArrayBuffer as unknown as new (length: number, options: object) => Resizable)(length, {
    maxByteLength,
  })
const growable = (length: number, maxByteLength: number) =>
  new (SharedArrayBuffer as unknown as new (length: number, options: object) => Growable)(length, {
    maxByteLength,
  })

describe('a resizable ArrayBuffer', () => {
  it('takes what is read', async () => {
    const buffer = resizable(64, 65_536)
    await file.read(new Uint8Array(buffer), 0, 64, 0)
    expect(Buffer.from(buffer).toString()).toBe(text.slice(0, 64))
  })

  it('takes more when it has grown since it was first used', async () => {
    const buffer = resizable(16, 65_536)
    await file.read(new Uint8Array(buffer), 0, 16, 0)
    buffer.resize(65_536)
    const { bytesRead } = await file.read(new Uint8Array(buffer), 0, 65_536, 0)
    expect(bytesRead).toBe(65_536)
    expect(Buffer.from(buffer).toString()).toBe(text)
  })

  it('may shrink while a read is in flight: no crash, and the Promise settles', async () => {
    for (const left of [32_768, 4096, 1, 0]) {
      const buffer = resizable(65_536, 1 << 20)
      const reading = Promise.allSettled([fifo.read(new Uint8Array(buffer, 0, 65_536))])
      await turn()
      buffer.resize(left)
      await collect()
      await fifo.write(text.slice(0, 16_384))
      const [outcome] = await reading
      if (outcome.status === 'rejected') expect(outcome.reason).toHaveProperty('code', 'EFAULT')
      else expect(outcome.value.bytesRead).toBeLessThanOrEqual(16_384)
      await drained()
    }
  })

  it('may shrink in the turn in which the read begins', async () => {
    const buffer = resizable(65_536, 1 << 20)
    const reading = Promise.allSettled([file.read(new Uint8Array(buffer, 0, 65_536), 0, 65_536, 0)])
    buffer.resize(0)
    const [outcome] = await reading
    if (outcome.status === 'rejected') expect(outcome.reason).toHaveProperty('code', 'EFAULT')
  })

  it('may shrink and grow again', async () => {
    const buffer = resizable(65_536, 65_536)
    const reading = fifo.read(new Uint8Array(buffer))
    await turn()
    buffer.resize(0)
    buffer.resize(65_536)
    await fifo.write('text')
    expect((await reading).bytesRead).toBe(4)
    expect(Buffer.from(buffer, 0, 4).toString()).toBe('text')
  })

  it('that has shrunk has no room where there was some', async () => {
    const buffer = resizable(64, 64)
    const bytes = new Uint8Array(buffer, 32, 32)
    buffer.resize(16)
    expect((await file.read(bytes)).bytesRead).toBe(0)
  })
})

describe('a growable SharedArrayBuffer', () => {
  it('takes more when it has grown since it was first used', async () => {
    const buffer = growable(16, 65_536)
    await file.read(new Uint8Array(buffer), 0, 16, 0)
    buffer.grow(65_536)
    expect((await file.read(new Uint8Array(buffer), 0, 65_536, 0)).bytesRead).toBe(65_536)
    expect(Buffer.from(buffer).toString()).toBe(text)
  })
})

describe('the memory of WebAssembly', () => {
  it('may grow while a read is in flight', async () => {
    const memory = new Memory({ initial: 1, maximum: 64 })
    const reading = fifo.read(new Uint8Array(memory.buffer, 100, 8))
    await turn()
    memory.grow(32)
    await collect()
    await fifo.write('8 bytes.')
    expect((await reading).bytesRead).toBe(8)
    expect(Buffer.from(memory.buffer, 100, 8).toString()).toBe('8 bytes.')
  })

  it('takes more when it has grown since it was first used', async () => {
    const memory = new Memory({ initial: 1, maximum: 64 })
    await file.read(new Uint8Array(memory.buffer), 0, 16, 0)
    memory.grow(1)
    const { bytesRead } = await file.read(new Uint8Array(memory.buffer, 65_536), 0, 65_536, 0)
    expect(bytesRead).toBe((await stat(path)).size)
  })

  it('may be shared', async () => {
    const memory = new Memory({ initial: 1, maximum: 4, shared: true })
    await file.read(new Uint8Array(memory.buffer), 0, 16, 0)
    memory.grow(1)
    const { bytesRead } = await file.read(new Uint8Array(memory.buffer, 65_536), 0, 65_536, 0)
    expect(bytesRead).toBe(65_536)
  })
})

/** Takes what is left in the FIFO. */
async function drained(): Promise<void> {
  await fifo.write('.')
  for (;;) {
    const { bytesRead, buffer } = await fifo.read(Buffer.alloc(65_536))
    if (buffer[bytesRead - 1] === '.'.charCodeAt(0)) return
  }
}
