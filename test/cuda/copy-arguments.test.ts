import { runInNewContext } from 'node:vm'
import { DtypeError, type Span } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { download, dtypes, randomBytes, sameBytes } from './bytes.ts'
import { outOfRange, thrown, wrongType } from './failures.ts'
import { onEachDevice } from './target.ts'

onEachDevice('copy', (target) => {
  it.each([undefined, null, 1, 'text', {}, [1, 2], new ArrayBuffer(8), new SharedArrayBuffer(8), () => 0])(
    'is not from or to %o',
    async (value) => {
      const { gpu, stream } = await target.stream()
      const array = await gpu.alloc('u8', 8)
      const span = value as unknown as Span
      const wrong = (name: string) => ({ ...wrongType, message: expect.stringContaining(`"${name}"`) })
      expect(thrown(() => stream.copy(array, span))).toMatchObject(wrong('source'))
      expect(thrown(() => stream.copy(span, array))).toMatchObject(wrong('destination'))
    },
  )

  it('is between spans of the same size only', async () => {
    const { gpu, stream } = await target.stream()
    const [device, pinned] = [await gpu.alloc('u8', 10), await gpu.pinned('u8', 11)]
    for (const other of [pinned, pinned.slice(0, 9), new Uint8Array(9), new Uint16Array(10)]) {
      expect(thrown(() => stream.copy(device, other))).toMatchObject(outOfRange)
      expect(thrown(() => stream.copy(other, device))).toMatchObject(outOfRange)
    }
  })

  it('is between arrays of the same dtype, or of bytes', async () => {
    const { gpu, stream } = await target.stream()
    for (const [from] of dtypes) {
      for (const [to] of dtypes) {
        const [source, destination] = [(await gpu.alloc(from, 8)).slice(), await gpu.pinned(to, 8)]
        if (source.byteLength !== destination.byteLength) continue
        const allowed = from === to || from === 'u8' || to === 'u8'
        if (allowed) await stream.copy(destination, source)
        else expect(thrown(() => stream.copy(destination, source))).toBeInstanceOf(DtypeError)
      }
    }
  })

  it('is between an array and the typed array for its dtype, or views of bytes', async () => {
    const { gpu, stream } = await target.stream()
    for (const [dtype] of dtypes) {
      const array = await gpu.alloc(dtype, 8)
      stream.copy(array, new Uint8Array(array.byteLength))
      for (const [, arrayType] of dtypes) {
        const view = new arrayType(array.byteLength / arrayType.BYTES_PER_ELEMENT)
        const same = dtypes.some(([name, its]) => name === dtype && its === arrayType)
        const allowed = same || dtype === 'u8' || view instanceof Uint8Array
        if (allowed) {
          await stream.copy(array, view)
          await stream.copy(view, array)
        } else {
          const mismatch = { name: 'DtypeError', code: 'ERR_HEDDLE_DTYPE' }
          expect(thrown(() => stream.copy(array, view))).toMatchObject(mismatch)
          expect(thrown(() => stream.copy(view, array))).toMatchObject(mismatch)
        }
      }
    }
  })

  it('between typed arrays moves bytes, whatever they are', async () => {
    const { stream } = await target.stream()
    const floats = new Float64Array([1.5, -2])
    const words = new Uint32Array(4)
    await stream.copy(words, floats)
    expect([...new Float64Array(words.buffer)]).toEqual([1.5, -2])
  })

  it('is not between memory of the host and of another device', async () => {
    const [a, b] = [await target.open(), await target.open()]
    const error = { name: 'HeddleError', code: 'ERR_HEDDLE_DEVICE' }
    const ofA = await a.alloc('u8', 4)
    for (const host of [new Uint8Array(4), await a.pinned('u8', 4), await b.pinned('u8', 4)]) {
      expect(thrown(() => b.stream().copy(host, ofA))).toMatchObject(error)
      expect(thrown(() => b.stream().copy(ofA, host))).toMatchObject(error)
    }
    expect(thrown(() => b.stream().copy(ofA, ofA))).toMatchObject(error)
  })

  it('takes the view of a pinned array of another device, as it takes any', async () => {
    const [a, b] = [await target.open(), await target.open()]
    const pinned = await a.pinned('u8', 100_000)
    const array = await b.alloc('u8', 100_000)
    pinned.array.set(randomBytes(100_000))
    const stream = b.stream()
    stream.copy(array, pinned.array)
    expect(sameBytes(await download(stream, array), pinned.array)).toBe(true)
  })

  it.each([null, 1, 'x', []])('does not take %o for options', async (options) => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    expect(thrown(() => stream.copy(array, new Uint8Array(4), options as object))).toMatchObject(wrongType)
  })

  it.each([null, 1, 'x', {}])('does not take %o for a signal', async (signal) => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const options = { signal: signal as unknown as AbortSignal }
    expect(thrown(() => stream.copy(array, new Uint8Array(4), options))).toMatchObject(wrongType)
  })

  it('that is refused leaves nothing behind', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const before = usage()
    for (let i = 0; i < 100; ++i) {
      thrown(() => stream.copy(array, 'text' as unknown as Span))
      thrown(() => stream.copy(array.slice(1), array))
    }
    expect(usage()).toEqual(before)
    await stream.sync()
  })

  describe('of typed arrays', () => {
    it('from another realm is as of any', async () => {
      const { gpu, stream } = await target.stream()
      const foreign = runInNewContext('[new Float32Array([1, 2]), new Uint8Array([3, 4, 5, 6, 7, 8, 9, 10])]')
      const array = await gpu.alloc('f32', 2)
      for (const view of foreign as [Float32Array, Uint8Array]) {
        await stream.copy(array, view)
        expect(sameBytes(await download(stream, array), view)).toBe(true)
      }
    })

    it('of 16-bit floats goes with f16 where Node has them', async () => {
      const { Float16Array } = globalThis as unknown as { Float16Array?: new (from: number[]) => Uint16Array }
      if (Float16Array === undefined) return
      const { gpu, stream } = await target.stream()
      const array = await gpu.alloc('f16', 2)
      stream.copy(array, new Float16Array([1, -2]))
      expect([...new Uint16Array((await download(stream, array)).buffer)]).toEqual([0x3c00, 0xc000])
      const brain = await gpu.alloc('bf16', 2)
      expect(thrown(() => stream.copy(brain, new Float16Array([1, 2])))).toBeInstanceOf(DtypeError)
    })
  })
})
