import { describe, expect, it } from 'vitest'
import { closed, failure, thrown, wrongType } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

onEachDevice('host', (target) => {
  it('calls a function when all before is done, and holds up what comes after', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 300_000)
    const pinned = await gpu.pinned('u8', 300_000)
    const seen: (number | undefined)[] = []
    stream.fill(array, 1)
    stream.copy(pinned, array)
    stream.host(() => {
      seen.push(pinned.array.at(-1))
      pinned.array.fill(9)
    })
    stream.copy(array, pinned)
    const bytes = new Uint8Array(300_000)
    await stream.copy(bytes, array)
    expect(seen).toEqual([1])
    expect(bytes.every((byte) => byte === 9)).toBe(true)
  })

  it('calls many functions in order, awaited or not', async () => {
    const { stream } = await target.stream()
    const seen: number[] = []
    for (let i = 0; i < 200; ++i) {
      const call = stream.host(() => seen.push(i))
      if (i % 3 === 0) call.then()
    }
    await stream.sync()
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })

  it('holds up its own stream and those that wait for it, and no other', async () => {
    const { gpu, stream } = await target.stream()
    const [other, waiting] = [gpu.stream(), gpu.stream()]
    const order: string[] = []
    const first = stream.host(() => order.push('called'))
    waiting.wait(stream)
    const last = waiting.sync().then(() => order.push('waited'))
    await other.sync()
    await Promise.all([first, last])
    expect(order).toEqual(['called', 'waited'])
  })

  it('may submit more, also to its own stream', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', 10)
    let last: PromiseLike<void> | undefined
    await stream.host(() => {
      last = stream.fill(array, 5)
    })
    await last
    const bytes = new Uint8Array(10)
    await stream.copy(bytes, array)
    expect(bytes[0]).toBe(5)
  })

  it('rejects with what the function has thrown, and goes on', async () => {
    const { stream } = await target.stream()
    for (const error of [new RangeError('mine'), 'text', undefined, 0]) {
      const call = stream.host(() => {
        throw error
      })
      expect(await failure(() => call)).toBe(error)
    }
    await stream.sync()
  })

  it('leaves an error that nobody awaits to the next operation that somebody does', async () => {
    const { stream } = await target.stream()
    const error = new Error('mine')
    stream.host(() => {
      throw error
    })
    expect(await failure(() => stream.sync())).toBe(error)
    await stream.sync()
  })

  it('rejects early when it is aborted, and calls the function all the same', async () => {
    const { stream } = await target.stream()
    let called = 0
    const { signal, ...controller } = { signal: AbortSignal.abort(), controller: undefined }
    expect(await failure(() => stream.host(() => ++called, { signal }))).toMatchObject({ name: 'AbortError' })
    expect(controller).toEqual({ controller: undefined })
    await stream.sync()
    expect(called).toBe(0)
    const aborting = new AbortController()
    const call = stream.host(() => ++called, { signal: aborting.signal })
    const rejected = failure(() => call)
    aborting.abort()
    expect(await rejected).toMatchObject({ name: 'AbortError' })
    await stream.sync()
    expect(called).toBe(1)
  })

  it.each([undefined, null, 1, 'x', {}])('takes no %o for a function', async (body) => {
    const { stream } = await target.stream()
    expect(thrown(() => stream.host(body as never))).toMatchObject(wrongType)
  })

  it('may close its own device', async () => {
    const { gpu, stream } = await target.stream()
    let closing: Promise<void> | undefined
    stream.host(() => {
      closing = gpu.close()
    })
    // Whether the device first hears of the close or of the function's return is open.
    const [rest] = await Promise.allSettled([stream.sync()])
    if (rest.status === 'rejected') expect(rest.reason).toMatchObject(closed)
    await closing
    expect(thrown(() => stream.sync())).toMatchObject(closed)
  })
})

describe('host, on a device that closes or dies', () => {
  it('does not call what the stream never comes to', async () => {
    const slow = { operation: 'cudaMemsetAsync', kind: 'slow', delay: 3_600_000 } as const
    const gpu = await openHost({ faults: [slow] }, { closeTimeout: 20 })
    const stream = gpu.stream()
    stream.fill(await gpu.alloc('u8', 10), 1)
    let called = false
    const calls = [0, 1].map(() =>
      failure(() =>
        stream.host(() => {
          called = true
        }),
      ),
    )
    await gpu.close()
    for (const call of calls) expect(await call).toMatchObject(closed)
    expect(called).toBe(false)
  })

  it('rejects with what the device died of', async () => {
    const gpu = await openHost({ faults: [{ operation: 'cudaMemsetAsync', kind: 'sticky' }] })
    const stream = gpu.stream()
    stream.fill(await gpu.alloc('u8', 300_000), 1)
    let called = false
    const call = stream.host(() => {
      called = true
    })
    expect(await failure(() => call)).toMatchObject({ code: 'cudaErrorIllegalAddress' })
    expect(called).toBe(false)
  })
})
