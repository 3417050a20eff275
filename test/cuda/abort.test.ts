import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { download, randomBytes, sameBytes } from './bytes.ts'
import { aborted, expectCudaError, rejection } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

onEachDevice('an aborted signal', (target) => {
  it('makes an operation reject, and nothing of it happen', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const counts = await gpu.alloc('u64', 256)
    await stream.fill(array, 1)
    const reason = new Error('why')
    const signal = AbortSignal.abort(reason)
    const operations = [
      stream.fill(array, 2, { signal }),
      stream.copy(array, new Uint8Array([3, 3, 3, 3]), { signal }),
      stream.histogram(counts, array, { signal }),
    ]
    for (const operation of [...operations, stream.sync({ signal })]) {
      expect(await rejection(operation)).toMatchObject({ ...aborted, cause: reason })
    }
    expect([...(await download(stream, array))]).toEqual([1, 1, 1, 1])
  })

  it('rejects nothing where nobody awaits', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    stream.fill(array, 2, { signal: AbortSignal.abort() })
    await stream.sync()
  })

  it('does not keep arguments from being checked', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    array.dispose()
    expect(() => stream.fill(array, 2, { signal: AbortSignal.abort() })).toThrow('disposed')
  })
})

onEachDevice('aborting', (target) => {
  it('after the end changes nothing, and leaves no listener', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 4)
    const controller = new AbortController()
    const { signal } = controller
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      ++listeners
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      --listeners
      removeEventListener.apply(signal, args)
    }
    const operation = stream.fill(array, 1, { signal })
    await operation
    expect(listeners).toBe(0)
    controller.abort()
    await operation
    await stream.sync()
  })

  it('while copies are under way leaves memory and order as they were', async () => {
    const { gpu, stream } = await target.stream()
    const length = 2 << 20
    const array = await gpu.alloc('u8', length)
    for (let i = 0; i < 30; ++i) {
      const controller = new AbortController()
      const bytes = randomBytes(length, i + 1)
      const copied = stream.copy(array, bytes.slice(), { signal: controller.signal }).then(
        () => 'done',
        (error) => (error as Error).name,
      )
      if (i % 3 === 1) await gpu.memory()
      controller.abort()
      expect(['done', 'AbortError']).toContain(await copied)
      expect(sameBytes(await download(stream, array), bytes)).toBe(true)
    }
  })

  it('one of many settles that one alone', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 8 << 20)
    const controllers = Array.from({ length: 50 }, () => new AbortController())
    const settled = Promise.allSettled(
      controllers.map(({ signal }, i) => stream.fill(array, i, { signal }).then(() => i)),
    )
    controllers[30]?.abort()
    const results = await settled
    for (const [i, result] of results.entries()) {
      if (result.status === 'fulfilled') expect(result.value).toBe(i)
      else expect([i, result.reason.name]).toEqual([30, 'AbortError'])
    }
  })
})

describe('aborting what takes for ever', () => {
  const never = { operation: 'cudaMemsetAsync', kind: 'slow', delay: 3_600_000 } as const

  it('rejects at once, and the rest goes its way', async () => {
    const gpu = await openHost({ memoryLimit: 1000, faults: [never] }, { closeTimeout: 0 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 100)
    const controller = new AbortController()
    const { signal } = controller
    const settled = Promise.allSettled([stream.fill(array, 1, { signal }), stream.sync({ signal })])
    const other = stream.fill(array, 2)
    other.catch(() => undefined)
    array.dispose()
    await gpu.memory()
    controller.abort('enough')
    for (const result of await settled) {
      expect((result as PromiseRejectedResult).reason).toMatchObject({ ...aborted, cause: 'enough' })
    }
    // The operation goes on, and keeps its memory.
    expect((await gpu.memory()).free).toBe(900)
    await gpu.close()
    expectCudaError(await rejection(other), { code: 'heddleErrorDeviceClosed' })
  })

  it('leaves no request behind', async () => {
    const gpu = await openHost({ faults: [{ ...never, times: 1000 }] }, { closeTimeout: 0 })
    const stream = gpu.stream()
    const array = await gpu.alloc('u8', 100)
    const before = usage()
    const controller = new AbortController()
    const { signal } = controller
    const settled = Promise.allSettled(Array.from({ length: 500 }, () => stream.fill(array, 1, { signal })))
    controller.abort()
    for (const { status } of await settled) expect(status).toBe('rejected')
    expect(usage()).toEqual(before)
  })
})
