import 'heddle/fs'
import { describe, expect, it } from 'vitest'

type Transfer = (this: ArrayBuffer, newLength?: unknown) => ArrayBuffer
type Resizable = ArrayBuffer & { resizable: boolean; maxByteLength: number }

const there = 'transfer' in ArrayBuffer.prototype
const methods = ['transfer', 'transferToFixedLength'] as const

function method(name: (typeof methods)[number]): Transfer {
  return (ArrayBuffer.prototype as unknown as Record<string, Transfer>)[name] as Transfer
}

function counting(length: number): ArrayBuffer {
  return Uint8Array.from({ length }, (_, i) => i).buffer
}

if (!there) console.error('!! ArrayBuffer.prototype.transfer is not in this Node: its tests do NOT run')

// heddle replaces these where V8 would move memory that an operation uses.
describe.runIf(there).each(methods)('ArrayBuffer.prototype.%s beside heddle', (name) => {
  it.each([
    [undefined, 8],
    [8, 8],
    [3, 3],
    [20, 20],
    [0, 0],
    ['5', 5],
    [2.9, 2],
    [null, 0],
  ])('of 8 bytes to %o has %i', (newLength, length) => {
    const from = counting(8)
    const to = method(name).call(from, newLength)
    expect(from.byteLength).toBe(0)
    expect(new Uint8Array(to)).toEqual(Uint8Array.from({ length }, (_, i) => (i < 8 ? i : 0)))
  })

  it.each([-1, Number.POSITIVE_INFINITY, 2 ** 53])(
    'to %d is a RangeError, and nothing is lost',
    (newLength) => {
      const from = counting(8)
      expect(() => method(name).call(from, newLength)).toThrow(RangeError)
      expect(new Uint8Array(from)[7]).toBe(7)
    },
  )

  it('of what is no ArrayBuffer, or detached, is a TypeError', () => {
    for (const it of [{}, new Uint8Array(4), new SharedArrayBuffer(4), undefined]) {
      expect(() => method(name).call(it as ArrayBuffer, 4)).toThrow(TypeError)
    }
    const detached = counting(8)
    method(name).call(detached)
    expect(() => method(name).call(detached, 4)).toThrow(TypeError)
  })

  it('of a resizable buffer keeps what it is', () => {
    const Growable = ArrayBuffer as unknown as new (length: number, options: object) => Resizable
    const to = method(name).call(new Growable(8, { maxByteLength: 64 }), 16) as Resizable
    expect([to.byteLength, to.resizable]).toEqual([16, name === 'transfer'])
  })

  it('looks as it did', () => {
    expect([method(name).name, method(name).length]).toEqual([name, 0])
    expect(Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, name)).toMatchObject({
      enumerable: false,
      configurable: true,
      writable: true,
    })
  })
})
