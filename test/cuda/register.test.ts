import { describe, expect, it } from 'vitest'
import { randomBytes, sameBytes } from './bytes.ts'
import { failure, outOfRange, thrown, wrongType } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

onEachDevice('registered memory', (target) => {
  it('is an array over the same memory', async () => {
    const { gpu, stream } = await target.stream()
    const values = new Float32Array(100_000).subarray(10, 90_010)
    const pinned = await gpu.register(values)
    expect([pinned.dtype, pinned.length]).toEqual(['f32', 90_000])
    const array = await gpu.alloc('f32', 90_000)
    values.fill(1.5)
    await stream.copy(array, pinned)
    values.fill(0)
    await stream.copy(pinned.slice(0, 10), array.slice(0, 10))
    expect([values[0], values[9], values[10]]).toEqual([1.5, 1.5, 0])
    expect(pinned.array[0]).toBe(1.5)
    pinned.dispose()
    expect(values[0]).toBe(1.5)
    expect(thrown(() => stream.copy(array, pinned))).toMatchObject({ code: 'ERR_HEDDLE_DISPOSED' })
  })

  it('is of any typed array, and of Buffers', async () => {
    const gpu = await target.open()
    expect((await gpu.register(new BigInt64Array(10))).dtype).toBe('i64')
    expect((await gpu.register(Buffer.alloc(10_000))).dtype).toBe('u8')
    expect((await gpu.register(new Uint8ClampedArray(10))).dtype).toBe('u8')
    expect((await gpu.register(new Uint16Array(new SharedArrayBuffer(20)))).dtype).toBe('u16')
    for (const other of [[1], new ArrayBuffer(8), new DataView(new ArrayBuffer(8)), null]) {
      expect(thrown(() => gpu.register(other as never))).toMatchObject(wrongType)
    }
    expect(thrown(() => gpu.register(new Uint8Array()))).toMatchObject({ code: 'ERR_HEDDLE_DETACHED' })
  })

  it('stays where it is when its buffer goes elsewhere', async () => {
    const { gpu, stream } = await target.stream()
    const bytes = randomBytes(300_000)
    const expected = bytes.slice()
    const pinned = await gpu.register(bytes)
    const array = await gpu.alloc('u8', 300_000)
    const moved = structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    expect(bytes.length).toBe(0)
    await stream.copy(array, pinned)
    const result = new Uint8Array(300_000)
    await stream.copy(result, array)
    expect(sameBytes(result, expected)).toBe(true)
    pinned.dispose()
    expect(sameBytes(new Uint8Array(moved), expected)).toBe(true)
  })

  it('is given back after its last use, and can be registered again', async () => {
    const { gpu, stream } = await target.stream()
    const bytes = new Uint8Array(1 << 20).fill(3)
    const array = await gpu.alloc('u8', 1 << 20)
    for (let i = 0; i < 5; ++i) {
      const pinned = await gpu.register(bytes)
      const copied = stream.copy(array, pinned)
      pinned.dispose()
      await copied
      expect((await gpu.memory()).used).toBe(1 << 20)
    }
  })

  it('is no array of elements that begin where none can', async () => {
    const gpu = await target.open()
    const pinned = await gpu.register(new Uint8Array(new ArrayBuffer(4096), 1, 64))
    expect(thrown(() => pinned.reinterpret('f32'))).toMatchObject(outOfRange)
    expect(pinned.slice(3, 63).reinterpret('u32')).toMatchObject({ length: 15 })
  })

  it('may outlive its device', async () => {
    const gpu = await target.open()
    const bytes = new Uint8Array(10_000).fill(1)
    const pinned = await gpu.register(bytes)
    await gpu.close()
    expect(pinned.array[0]).toBe(1)
    pinned.dispose()
    expect(bytes[0]).toBe(1)
  })

  it('is written by the CPU alone where it is write-combined', async () => {
    const { gpu, stream } = await target.stream()
    const pinned = await gpu.pinned('u8', 4096, { writeCombined: true })
    pinned.array.fill(6)
    const array = await gpu.alloc('u8', 4096)
    stream.copy(array, pinned)
    const bytes = new Uint8Array(4096)
    await stream.copy(bytes, array)
    expect(bytes[4095]).toBe(6)
    expect(thrown(() => gpu.pinned('u8', 1, { writeCombined: 1 as never }))).toMatchObject(wrongType)
    expect(thrown(() => gpu.pinned('u8', 1, { label: 1 as never }))).toMatchObject(wrongType)
    expect(thrown(() => gpu.alloc('u8', 1, { shareable: 'no' as never }))).toMatchObject(wrongType)
  })
})

describe('memory that is registered already', () => {
  it('is not registered again', async () => {
    const gpu = await openHost()
    const bytes = new Uint8Array(10_000)
    await gpu.register(bytes.subarray(0, 5000))
    const again = () => gpu.register(bytes.subarray(4999, 6000))
    expect(await failure(again)).toMatchObject({ code: 'cudaErrorHostMemoryAlreadyRegistered' })
    await gpu.register(bytes.subarray(5000))
  })
})
