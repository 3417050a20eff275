import { type OpenOptions, open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { outOfRange, thrown, wrongType, wrongValue } from './failures.ts'

// The tables pass what the types forbid.
const openAny = open as (device?: unknown, options?: unknown) => Promise<unknown>
const host = (options: unknown) => () => openAny('host', { host: options })
const fault = (fault: unknown) => host({ faults: [fault] })
const fill = (rest: Partial<NonNullable<NonNullable<OpenOptions['host']>['faults']>[number]> | object) =>
  fault({ operation: 'cudaMemsetAsync', kind: 'fail', ...rest })

describe('the device to open', () => {
  it.each([null, true, '0', 'gpu', 'Host', {}, [], 0n, Symbol.iterator])('may not be %o', (device) => {
    expect(thrown(() => openAny(device))).toMatchObject(wrongType)
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1024, 2 ** 53])('may not be %o', (device) => {
    expect(thrown(() => openAny(device))).toMatchObject(outOfRange)
  })
})

describe('the options of open', () => {
  it.each([null, 1, 'host', true, []])('may not be %o', (options) => {
    expect(thrown(() => openAny('host', options))).toMatchObject(wrongType)
  })

  for (const name of ['watchdog', 'closeTimeout']) {
    it.each(['1', null, true, {}, 1n])(`.${name} may not be %o`, (value) => {
      expect(thrown(() => openAny('host', { [name]: value }))).toMatchObject(wrongType)
    })

    it.each([-1, 1.5, Number.NaN, 86_400_001])(`.${name} may not be %o`, (value) => {
      expect(thrown(() => openAny('host', { [name]: value }))).toMatchObject(outOfRange)
    })
  }

  it('.host goes with the host device only', () => {
    expect(thrown(() => openAny(0, { host: {} }))).toMatchObject(wrongValue)
  })

  it.each([null, 1, 'x', []])('.host may not be %o', (value) => {
    expect(thrown(host(value))).toMatchObject(wrongType)
  })

  it.each(['1', null, {}])('.host.memoryLimit may not be %o', (memoryLimit) => {
    expect(thrown(host({ memoryLimit }))).toMatchObject(wrongType)
  })

  it.each([-1, 0, 1.5, 2 ** 53])('.host.memoryLimit may not be %o', (memoryLimit) => {
    expect(thrown(host({ memoryLimit }))).toMatchObject(outOfRange)
  })

  it.each([1, 'yes', null])('.host.stagePageable may not be %o', (stagePageable) => {
    expect(thrown(host({ stagePageable }))).toMatchObject(wrongType)
  })
})

describe('the faults of the host device', () => {
  it.each([1, 'cudaMalloc', {}, null])('may not be %o', (faults) => {
    expect(thrown(host({ faults }))).toMatchObject(wrongType)
  })

  it.each([null, 1, 'cudaMalloc', []])('may not have %o among them', (one) => {
    expect(thrown(fault(one))).toMatchObject(wrongType)
  })

  it.each([undefined, null, 1, '', 'cudaMallocManaged', 'constructor'])(
    'may not be of operation %o',
    (operation) => {
      expect(thrown(fill({ operation }))).toMatchObject(wrongValue)
    },
  )

  it.each([undefined, null, 1, 'crash', 'toString'])('may not be of kind %o', (kind) => {
    expect(thrown(fill({ kind }))).toMatchObject(wrongValue)
  })

  it('lose completions only where there are any', () => {
    expect(thrown(fill({ kind: 'lostCompletion' }))).toMatchObject(wrongValue)
  })

  it.each(['at', 'times', 'number', 'delay'])('take a number for %s', (name) => {
    expect(thrown(fill({ [name]: '1' }))).toMatchObject(wrongType)
    expect(thrown(fill({ [name]: 1.5 }))).toMatchObject(outOfRange)
    expect(thrown(fill({ [name]: -1 }))).toMatchObject(outOfRange)
    expect(thrown(fill({ [name]: 2 ** 53 }))).toMatchObject(outOfRange)
  })

  it.each(['at', 'times', 'number'])('may not have 0 for %s', (name) => {
    expect(thrown(fill({ [name]: 0 }))).toMatchObject(outOfRange)
  })

  it('have a CUDA error number, and a delay of at most a day', () => {
    expect(thrown(fill({ number: 2 ** 31 }))).toMatchObject(outOfRange)
    expect(thrown(fill({ delay: 86_400_001 }))).toMatchObject(outOfRange)
  })
})
