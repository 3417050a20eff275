import { type CudaError, type Leak, load, open } from 'heddle/cuda'
import { describe, expect, it, vi } from 'vitest'
import { failure, thrown, wrongType } from './failures.ts'
import { openHost } from './target.ts'

const failing = { faults: [{ operation: 'cudaMemsetAsync', kind: 'fail', at: 2 }] } as const

describe('a device that was opened with debug', () => {
  it('says where a failed operation was submitted', async () => {
    const gpu = await openHost(failing, { debug: true })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    await stream.fill(array, 1)
    const error = (await failure(function submits() {
      return stream.fill(array, 2)
    })) as CudaError
    expect(error.enqueuedAt).toMatch(/^ {4}at .*\n.*submits.*debug\.test\.ts/)
    expect((error.cause as Error).stack).toContain(error.enqueuedAt)
  })

  it('says so of one that nobody awaited, at the next that somebody does', async () => {
    const gpu = await openHost(failing, { debug: true })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    function submitsUnawaited() {
      for (let i = 0; i < 5; ++i) stream.fill(array, i)
    }
    submitsUnawaited()
    const error = (await failure(() => stream.sync())) as CudaError
    expect(error.enqueuedAt).toContain('submitsUnawaited')
    await stream.sync()
  })

  it('says so when it dies', async () => {
    const gpu = await openHost(
      { faults: [{ operation: 'cudaMemsetAsync', kind: 'sticky' }] },
      { debug: true },
    )
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 300_000)
    stream.fill(array, 1)
    const error = (await failure(() => stream.sync())) as CudaError
    expect(error.code).toBe('cudaErrorIllegalAddress')
    expect(error.enqueuedAt).toContain('debug.test.ts')
  })

  it('works like any other', async () => {
    const gpu = await openHost({}, { debug: true })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 100_000)
    const bytes = new Uint8Array(100_000)
    stream.fill(array, 3)
    stream.copyBatch([{ destination: bytes, source: array }])
    await stream.host(() => undefined)
    expect(bytes[99_999]).toBe(3)
    const { signal } = { signal: AbortSignal.abort() }
    expect(await failure(() => stream.fill(array, 1, { signal }))).toMatchObject({ name: 'AbortError' })
    expect(thrown(() => open('host', { debug: 1 as never }))).toMatchObject(wrongType)
  })

  it('keeps errors of other devices as they are', async () => {
    const gpu = await openHost(failing)
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 10)
    stream.fill(array, 1)
    const error = (await failure(() => stream.fill(array, 2))) as CudaError
    expect([error.enqueuedAt, error.cause]).toEqual([undefined, undefined])
  })
})

describe('the report of leaks', () => {
  it('lists what lives, with size, type, label and place', async () => {
    const reports: (readonly Leak[])[] = []
    const gpu = await openHost({}, { leaks: (leaks) => reports.push(leaks) })
    const pool = await gpu.pool()
    const [a, b] = [await gpu.alloc('f32', 10, { label: 'weights' }), await gpu.pinned('u8', 7)]
    const c = await pool.alloc('u64', 3, { label: 'cache' })
    const d = await gpu.register(new Int16Array(5))
    const { bytes } = await load(import.meta.filename ?? process.execPath, gpu)
    b.dispose()
    await gpu.close()
    expect(reports).toHaveLength(1)
    expect(reports[0]?.map(({ bytes, dtype, label }) => ({ bytes, dtype, label })).slice(0, 3)).toEqual([
      { bytes: 40, dtype: 'f32', label: 'weights' },
      { bytes: 24, dtype: 'u64', label: 'cache' },
      { bytes: 10, dtype: 'i16', label: '' },
    ])
    expect(reports[0]?.[3]).toMatchObject({ bytes: bytes.length, dtype: 'u8' })
    expect(reports[0]?.[0]?.stack).toMatch(/^ {4}at .*debug\.test\.ts/)
    for (const array of [a, c, d, bytes]) array.dispose()
  })

  it('is a warning of the process, or nothing when nothing lives', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      const tidy = await open('host', { leaks: 'report' })
      ;(await tidy.alloc('u8', 1)).dispose()
      await tidy.close()
      expect(warn).not.toHaveBeenCalled()
      const gpu = await open('host', { leaks: 'report' })
      await gpu.alloc('u8', 1234, { label: 'forgotten' })
      await gpu.close()
      await gpu.close()
      expect(warn).toHaveBeenCalledOnce()
      const [message, options] = warn.mock.calls[0] as unknown as [string, { code: string; detail: string }]
      expect(message).toContain('1234 bytes')
      expect(options.code).toBe('HEDDLE_LEAK')
      expect(options.detail).toMatch(/^forgotten: 1234 bytes of u8, allocated\n {4}at/)
    } finally {
      warn.mockRestore()
    }
  })

  it('is asked for', () => {
    expect(thrown(() => open('host', { leaks: true as never }))).toMatchObject(wrongType)
  })
})
