import { narrow, type SmallFloat, widen } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { thrown, wrongType, wrongValue } from './failures.ts'

const formats = {
  f16: { fraction: 10, exponent: 5, infinite: true, bits: 16 },
  bf16: { fraction: 7, exponent: 8, infinite: true, bits: 16 },
  f8e4m3: { fraction: 3, exponent: 4, infinite: false, bits: 8 },
  f8e5m2: { fraction: 2, exponent: 5, infinite: true, bits: 8 },
} as const
const names = Object.keys(formats) as SmallFloat[]

/** What the bits mean, by the definition of the format. */
function meaningOf(name: SmallFloat, bits: number): number {
  const { fraction, exponent, infinite, bits: size } = formats[name]
  const sign = bits >> (size - 1) === 1 ? -1 : 1
  const e = (bits >> fraction) & (2 ** exponent - 1)
  const f = bits & (2 ** fraction - 1)
  const bias = 2 ** (exponent - 1) - 1
  if (e === 2 ** exponent - 1) {
    if (infinite) return f === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
    if (f === 2 ** fraction - 1) return Number.NaN
  }
  if (e === 0) return sign * f * 2 ** (1 - bias - fraction)
  return sign * (2 ** fraction + f) * 2 ** (e - bias - fraction)
}

function allBits(name: SmallFloat): Uint16Array | Uint8Array {
  const bits = formats[name].bits === 16 ? new Uint16Array(2 ** 16) : new Uint8Array(2 ** 8)
  return bits.map((_, i) => i)
}

/** The floats beside a positive one. */
function beside(value: number): { below: number; above: number } {
  const word = new Uint32Array(new Float32Array([value]).buffer)[0] as number
  const [below, above] = new Float32Array(new Uint32Array([word - 1, word + 1]).buffer)
  return { below: below as number, above: above as number }
}

const toBits = (name: SmallFloat, values: number[], saturate = false) =>
  narrow(name, new Float32Array(values), { saturate })

describe.each(names)('%s', (name) => {
  const all = allBits(name)
  const values = [...all].map((bits) => meaningOf(name, bits))

  it('is widened exactly, each of all numbers', () => {
    const widened = widen(name, all as never)
    expect(values.findIndex((value, i) => !Object.is(widened[i], value))).toBe(-1)
  })

  it('comes back from floats, each of all numbers', () => {
    const narrowed = narrow(name, new Float32Array(values))
    expect(values.findIndex((value, i) => !Number.isNaN(value) && narrowed[i] !== all[i])).toBe(-1)
    const nan = toBits(name, [Number.NaN])
    expect(widen(name, nan)[0]).toBeNaN()
  })

  it('is the nearest to any float, and the even one of two', () => {
    const inputs: number[] = []
    const expected: number[] = []
    for (let bits = 0; Number.isFinite(meaningOf(name, bits + 1)); ++bits) {
      const middle = (meaningOf(name, bits) + meaningOf(name, bits + 1)) / 2
      // In the denormals of bf16 there is no float in the middle.
      if (Math.fround(middle) !== middle) continue
      const { below, above } = beside(middle)
      inputs.push(below, middle, above, -below, -middle, -above)
      const even = bits % 2 === 0 ? bits : bits + 1
      const sign = 2 ** (formats[name].bits - 1)
      expected.push(bits, even, bits + 1, sign + bits, sign + even, sign + bits + 1)
    }
    const narrowed = toBits(name, inputs)
    expect(inputs.length).toBeGreaterThan(formats[name].bits === 16 ? 100_000 : 500)
    expect(expected.findIndex((bits, i) => narrowed[i] !== bits)).toBe(-1)
  })

  it('overflows where the next number would be nearer, or stays at the largest', () => {
    const finite = values.filter(Number.isFinite)
    const largest = Math.max(...finite.slice(0, finite.length))
    const next = largest + (largest - finite.filter((v) => v < largest).reduce((a, b) => Math.max(a, b)))
    const middle = (largest + next) / 2
    const inside = Number.isFinite(Math.fround(middle)) ? beside(middle).below : largest
    expect([...widen(name, toBits(name, [inside, -inside]))]).toEqual([largest, -largest])
    const over = formats[name].infinite ? Number.POSITIVE_INFINITY : Number.NaN
    for (const value of [middle, next, 3.4e38, Number.POSITIVE_INFINITY]) {
      // In the middle the largest is the even one, where there is no infinity.
      if (Math.fround(value) <= largest || (value === middle && !formats[name].infinite)) continue
      expect([...widen(name, toBits(name, [value, -value]))]).toEqual([over, -over])
      expect([...widen(name, toBits(name, [value, -value], true))]).toEqual([largest, -largest])
    }
  })
})

describe('widen and narrow', () => {
  it('take views in the midst of a buffer', () => {
    const values = new Float32Array([9, 1, -2, 9]).subarray(1, 3)
    expect([...widen('f16', narrow('f16', values))]).toEqual([1, -2])
    expect([...widen('bf16', new Uint16Array([0, 0x3f80, 0xc000]).subarray(1))]).toEqual([1, -2])
    expect(narrow('f8e5m2', new Float32Array())).toEqual(new Uint8Array())
  })

  it('refuse what they are not for', () => {
    expect(thrown(() => narrow('f32' as never, new Float32Array(1)))).toMatchObject(wrongValue)
    expect(thrown(() => widen('toString' as never, new Uint8Array(1) as never))).toMatchObject(wrongValue)
    const detached = new Float32Array(4)
    structuredClone(detached, { transfer: [detached.buffer] })
    expect(thrown(() => narrow('f16', detached))).toMatchObject({ code: 'ERR_HEDDLE_DETACHED' })
    expect(thrown(() => narrow('f16', [1] as never))).toMatchObject(wrongType)
    expect(thrown(() => narrow('f16', new Float64Array(1) as never))).toMatchObject(wrongType)
    expect(thrown(() => widen('f16', new Uint8Array(1) as never))).toMatchObject(wrongType)
    expect(thrown(() => widen('f8e4m3', new Uint16Array(1) as never))).toMatchObject(wrongType)
    expect(thrown(() => narrow('f16', new Float32Array(1), { saturate: 1 as never }))).toMatchObject(
      wrongType,
    )
  })
})
