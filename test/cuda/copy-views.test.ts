import { expect, it } from 'vitest'
import { Memory } from '../fixtures/web-assembly.ts'
import { randomBytes, sameBytes } from './bytes.ts'
import { outOfRange, thrown, wrongType } from './failures.ts'
import { onEachDevice } from './target.ts'

type View = NodeJS.ArrayBufferView
const views: [string, () => View][] = [
  ['a Buffer of its own', () => Buffer.alloc(24, 1)],
  ['a Buffer from the pool', () => Buffer.from('0123456789abcdefghijklmn')],
  ['a part of a larger buffer', () => new Uint8Array(100).subarray(13, 37)],
  ['a DataView', () => new DataView(new ArrayBuffer(64), 7, 24)],
  ['a Uint8ClampedArray', () => new Uint8ClampedArray(24)],
  ['a Uint8Array on the heap', () => new Uint8Array([...Array(24).keys()])],
  ['a view of a SharedArrayBuffer', () => new Uint8Array(new SharedArrayBuffer(64), 8, 24)],
  ['a view of WebAssembly memory', () => new Uint8Array(new Memory({ initial: 1 }).buffer, 9, 24)],
  ['a typed array of doubles', () => new Float64Array(3)],
]

const pooled = Buffer.from('text')

onEachDevice('a copy', (target) => {
  it.each(views)('is from and to %s', async (_, make) => {
    const { gpu, stream } = await target.stream()
    const pinned = await gpu.pinned('u8', 24)
    const view = make()
    const around = new Uint8Array(view.buffer as ArrayBuffer)
    const expected = around.slice()
    pinned.array.set(randomBytes(24))
    expected.set(pinned.array, view.byteOffset)
    await stream.copy(view, pinned)
    // The pool is everybody's; of the others nothing else may have changed.
    if (view.buffer !== pooled.buffer) expect(sameBytes(around, expected)).toBe(true)
    expect(sameBytes(view, pinned.array)).toBe(true)
    pinned.array.fill(0)
    await stream.copy(pinned, view)
    expect(sameBytes(view, pinned.array)).toBe(true)
  })

  it.each([
    ['an empty buffer', () => new Uint8Array(0)],
    ['a buffer that has some', () => new Uint8Array(new ArrayBuffer(8), 8)],
  ])('of no elements of %s is done when the stream is there', async (_, make) => {
    const { gpu, stream } = await target.stream()
    const empty = await gpu.alloc('u8', 0)
    const array = await gpu.alloc('u8', 4)
    stream.fill(array, 5)
    await stream.copy(empty, make())
    await stream.copy(make(), empty)
    await stream.copyBatch([{ destination: empty, source: make() }])
    const seen = new Uint8Array(4)
    const batch = [
      { destination: make(), source: empty },
      { destination: seen, source: array },
    ]
    await stream.copyBatch(batch)
    expect([...seen]).toEqual([5, 5, 5, 5])
    expect(thrown(() => stream.copy(array, make()))).toMatchObject(outOfRange)
  })

  it('is not from or to a view that is detached', async () => {
    const make = detached
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 0)
    const error = { name: 'HeddleError', code: 'ERR_HEDDLE_DETACHED' }
    expect(thrown(() => stream.copy(array, make()))).toMatchObject({
      ...error,
      message: expect.stringContaining('"source"'),
    })
    expect(thrown(() => stream.copy(make(), array))).toMatchObject({
      ...error,
      message: expect.stringContaining('"destination"'),
    })
  })

  it('is not from a view that was used, and is detached since', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 16)
    const bytes = new Uint8Array(16)
    await stream.copy(array, bytes)
    structuredClone(bytes, { transfer: [bytes.buffer] })
    expect(thrown(() => stream.copy(array, bytes))).toMatchObject({ code: 'ERR_HEDDLE_DETACHED' })
  })

  it('is not from or to a buffer that may change its size', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 16)
    const ResizableBuffer = ArrayBuffer as new (length: number, options: object) => ArrayBuffer
    const GrowableBuffer = SharedArrayBuffer as new (length: number, options: object) => SharedArrayBuffer
    for (const buffer of [
      new ResizableBuffer(16, { maxByteLength: 32 }),
      new GrowableBuffer(16, { maxByteLength: 32 }),
    ]) {
      expect(thrown(() => stream.copy(array, new Uint8Array(buffer)))).toMatchObject(wrongType)
      expect(thrown(() => stream.copy(new Uint8Array(buffer), array))).toMatchObject(wrongType)
    }
  })

  it('reads what is in WebAssembly memory after it has grown', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const memory = new Memory({ initial: 1 })
    await stream.copy(array, new Uint8Array(memory.buffer, 0, 4))
    memory.grow(1)
    new Uint8Array(memory.buffer).set([5, 6, 7, 8])
    await stream.copy(array, new Uint8Array(memory.buffer, 0, 4))
    const bytes = new Uint8Array(4)
    await stream.copy(bytes, array)
    expect([...bytes]).toEqual([5, 6, 7, 8])
  })
})

function detached(): Uint8Array {
  const bytes = new Uint8Array(4)
  structuredClone(bytes, { transfer: [bytes.buffer] })
  return bytes
}
