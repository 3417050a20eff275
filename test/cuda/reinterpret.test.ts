import { describe, expect, it } from 'vitest'
import { outOfRange, thrown, wrongValue } from './failures.ts'
import { onEachDevice } from './target.ts'

onEachDevice('reinterpret', (target) => {
  it('gives the same bytes another type', async () => {
    const { gpu, stream } = await target.stream()
    const words = await gpu.alloc('u32', 4)
    stream.copy(words, new Uint32Array([0x3f800000, 0x40000000, 0x0201, 0]))
    const floats = words.slice(0, 2).reinterpret('f32')
    expect([floats.dtype, floats.length, floats.byteLength]).toEqual(['f32', 2, 8])
    const values = new Float32Array(2)
    await stream.copy(values, floats)
    expect([...values]).toEqual([1, 2])
    const bytes = new Uint8Array(2)
    await stream.copy(bytes, words.reinterpret('u8').slice(8, 10))
    expect([...bytes]).toEqual([1, 2])
    stream.fill(words.reinterpret('u64'), 1n)
    const filled = new Uint32Array(4)
    await stream.copy(filled, words)
    expect([...filled]).toEqual([1, 0, 1, 0])
  })

  it('does so for pinned arrays', async () => {
    const gpu = await target.open()
    const pinned = await gpu.pinned('f32', 3)
    pinned.array.set([1, 2, 3])
    expect([...pinned.slice(1).reinterpret('u32').array]).toEqual([0x40000000, 0x40400000])
    pinned.dispose()
  })

  it('owns no memory, and goes with its owner', async () => {
    const gpu = await target.open()
    const array = await gpu.alloc('u8', 8)
    const other = array.reinterpret('f64')
    other.dispose()
    expect([array.disposed, other.disposed]).toEqual([false, false])
    array.dispose()
    expect(other.disposed).toBe(true)
  })
})

describe('reinterpret refuses', () => {
  onEachDevice('what does not fit', (target) => {
    it('is told which bytes would', async () => {
      const gpu = await target.open()
      const array = await gpu.alloc('u8', 12)
      expect(thrown(() => array.reinterpret('f64'))).toMatchObject(outOfRange)
      expect(thrown(() => array.slice(1, 9).reinterpret('f64'))).toMatchObject(outOfRange)
      expect(thrown(() => array.reinterpret('f33' as never))).toMatchObject(wrongValue)
      expect(array.slice(8, 8).reinterpret('f64').length).toBe(0)
    })
  })
})
