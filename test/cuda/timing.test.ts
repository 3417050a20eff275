import { expect, it } from 'vitest'
import { expectCudaError, failure, thrown, wrongType, wrongValue } from './failures.ts'
import { onEachDevice } from './target.ts'

onEachDevice('timing events', (target) => {
  it('tell the time between them, as soon as both are reached', async () => {
    const { gpu, stream } = await target.stream()
    const [start, end] = [gpu.event({ timing: true }), gpu.event({ timing: true })]
    const array = await gpu.alloc('u8', 16 << 20)
    stream.record(start)
    for (let i = 0; i < 10; ++i) stream.fill(array, i)
    stream.record(end)
    const milliseconds = await end.elapsedSince(start)
    expect(milliseconds).toBeGreaterThan(0)
    expect(await start.elapsedSince(end)).toBeCloseTo(-milliseconds, 3)
    expect(await start.elapsedSince(start)).toBe(0)
    expect([start.done, end.done, start.timing]).toEqual([true, true, true])
  })

  it('order streams as other events do', async () => {
    const { gpu, stream } = await target.stream()
    const other = gpu.stream()
    const array = await gpu.alloc('u8', 300_000)
    const event = gpu.event({ timing: true })
    for (let i = 1; i <= 20; ++i) {
      stream.fill(array, i)
      other.wait(stream.record(event))
      const bytes = new Uint8Array(1)
      await other.copy(bytes, array.slice(299_999))
      expect(bytes[0]).toBe(i)
    }
    expect(await event.elapsedSince(event)).toBe(0)
  })

  it('reject when one was never recorded', async () => {
    const { gpu, stream } = await target.stream()
    const [start, end] = [gpu.event({ timing: true }), gpu.event({ timing: true })]
    stream.record(end)
    expectCudaError(await failure(() => end.elapsedSince(start)), {
      code: 'cudaErrorInvalidValue',
      operation: 'cudaEventElapsedTime',
    })
  })

  it('are what is needed, of the same device', async () => {
    const [gpu, other] = [await target.open(), await target.open()]
    const timing = gpu.event({ timing: true })
    expect(thrown(() => timing.elapsedSince(gpu.event()))).toMatchObject(wrongValue)
    expect(thrown(() => gpu.event().elapsedSince(timing))).toMatchObject(wrongValue)
    expect(thrown(() => timing.elapsedSince(other.event({ timing: true })))).toMatchObject(wrongType)
    expect(thrown(() => timing.elapsedSince(0 as never))).toMatchObject(wrongType)
    expect(thrown(() => gpu.event({ timing: 1 as never }))).toMatchObject(wrongType)
    expect(thrown(() => gpu.event(null as never))).toMatchObject(wrongType)
  })

  it('reject when their device is closed', async () => {
    const { gpu, stream } = await target.stream()
    const event = stream.record(gpu.event({ timing: true }))
    await gpu.close()
    expectCudaError(await failure(() => event.elapsedSince(event)), { code: 'heddleErrorDeviceClosed' })
  })
})

onEachDevice('query', (target) => {
  it('tells whether all that was submitted is done', async () => {
    const { gpu, stream } = await target.stream()
    expect(stream.query()).toBe(true)
    let during: boolean | undefined
    stream.host(() => {
      during = stream.query()
    })
    expect(stream.query()).toBe(false)
    await stream.sync()
    expect(during).toBe(false)
    expect(stream.query()).toBe(true)
    await gpu.close()
    expect(thrown(() => stream.query())).toMatchObject({ code: 'heddleErrorDeviceClosed' })
  })

  it('is not for a stream that was closed', async () => {
    const { stream } = await target.stream()
    await stream.close()
    expect(thrown(() => stream.query())).toMatchObject({ code: 'heddleErrorDeviceClosed' })
    await stream.close()
  })
})
