import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import type { Device, Stream } from 'heddle/cuda'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expectCudaError, outOfRange, rejection, thrown, wrongType, wrongValue } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const length = 100_000

async function shared(gpu: Device) {
  return gpu.alloc('u32', length, { shareable: true })
}

function hex(handle: Uint8Array): string {
  return Buffer.from(handle).toString('hex')
}

onEachDevice('memory of another process', (target) => {
  it('is the same memory, and its devices wait for each other', async () => {
    const slow = { operation: 'cudaMemsetAsync', kind: 'slow', at: 1, delay: 100 } as const
    const gpu = await target.open(target.id === 'host' ? { host: { faults: [slow] } } : {})
    const [stream, other] = [gpu.stream(), gpu.stream()]
    const array = await shared(gpu)
    const [ready, done] = [await gpu.ipcEvent(), await gpu.ipcEvent()]
    const env = { ...process.env, HEDDLE_TEST_DEVICE: String(target.id) }
    const child = fork(new URL('fixtures/ipc-child.mjs', import.meta.url), { env })
    onTestFinished(() => void child.kill())
    const messages = on(child, 'message')
    // So that the child's device has something to wait for: on a host device the fill takes long, a GPU has much to do before.
    if (target.id !== 'host') await keepBusy(gpu, stream)
    stream.fill(array, 7)
    await ready.record(stream)
    child.send({
      memory: hex(await array.ipcHandle()),
      length,
      ready: hex(ready.handle),
      done: hex(done.handle),
    })
    expect((await messages.next()).value[0]).toBe('recorded')
    done.wait(other)
    const seen = new Uint32Array(length)
    await other.copy(seen, array)
    expect((await messages.next()).value[0]).toEqual([7])
    expect(new Set(seen)).toEqual(new Set([9]))
    child.send('end')
    await once(child, 'exit')
    // What the child has let go of is still ours.
    await stream.fill(array, 1)
  })
})

/** Some hundred milliseconds of copies to where the CPU's memory is. */
async function keepBusy(gpu: Device, stream: Stream): Promise<void> {
  const [large, host] = [await gpu.alloc('u8', 64 << 20), await gpu.pinned('u8', 64 << 20)]
  for (let i = 0; i < 50; ++i) stream.copy(host, large)
}

describe('memory of another host device', () => {
  it('can be opened here too, and outlives its first owner', async () => {
    const [gpu, other] = [await openHost(), await openHost()]
    const array = await shared(gpu)
    const { used } = await other.memory()
    const opened = await other.openIpc(await array.ipcHandle(), 'u32', length)
    expect((await other.memory()).used).toBe(used)
    await gpu.stream().fill(array, 5)
    array.dispose()
    await gpu.close()
    const seen = new Uint32Array(length)
    await other.stream().copy(seen, opened)
    expect(new Set(seen)).toEqual(new Set([5]))
    opened.dispose()
    expect(thrown(() => other.stream().fill(opened, 1))).toMatchObject({ code: 'ERR_HEDDLE_DISPOSED' })
  })

  it('is refused when it is not there, or not as large', async () => {
    const gpu = await openHost()
    const array = await shared(gpu)
    const handle = await array.ipcHandle()
    const gone = { code: 'cudaErrorInvalidResourceHandle', operation: 'cudaIpcOpenMemHandle' }
    expectCudaError(await rejection(gpu.openIpc(new Uint8Array(64), 'u32', 1)), gone)
    expectCudaError(await rejection(gpu.openIpc(handle, 'u32', length + 1)), gone)
    // A handle of the other kind.
    const { handle: ofEvent } = await gpu.ipcEvent()
    expectCudaError(await rejection(gpu.openIpc(ofEvent, 'u8', 1)), gone)
    expectCudaError(await rejection(gpu.ipcEvent(handle)), { ...gone, operation: 'cudaIpcOpenEventHandle' })
    // Its descriptor means something else by now, or nothing.
    array.dispose()
    await gpu.close()
    expectCudaError(await rejection((await openHost()).openIpc(handle, 'u32', length)), gone)
  })

  it('says why an array can not be shared, and checks its arguments', async () => {
    const gpu = await openHost()
    const array = await shared(gpu)
    const plain = await gpu.alloc('u32', 10)
    const pooled = await (await gpu.pool()).alloc('u32', 10)
    const foreign = await (await openHost()).ipcEvent()
    const event = await gpu.ipcEvent()
    const stream = gpu.stream()
    const cases: [() => unknown, object][] = [
      [() => plain.ipcHandle(), { ...wrongValue, message: expect.stringContaining('shareable: true') }],
      [() => pooled.ipcHandle(), { ...wrongValue, message: expect.stringContaining('shareable: true') }],
      [
        () => array.slice(1).ipcHandle(),
        { ...wrongValue, message: expect.stringContaining('the whole array') },
      ],
      [() => gpu.openIpc(new Uint8Array(3), 'u32', 1), wrongValue],
      [() => gpu.openIpc('handle' as never, 'u32', 1), wrongType],
      [() => gpu.openIpc(new Uint8Array(64), 'u32', -1), outOfRange],
      [() => gpu.ipcEvent(new Uint8Array(3)), wrongValue],
      [() => event.record(5 as unknown as Stream), wrongType],
      [() => foreign.wait(stream), wrongType],
      [() => stream.capture(() => event.wait(stream)), { name: 'CaptureError', operation: 'ipcEvent.wait' }],
    ]
    for (const [call, error] of cases) expect(thrown(call), call.toString()).toMatchObject(error)
    event.dispose()
    expect(thrown(() => event.wait(stream))).toMatchObject({ code: 'ERR_HEDDLE_CLOSED' })
    array.dispose()
    expect(thrown(() => array.ipcHandle())).toMatchObject({ code: 'ERR_HEDDLE_DISPOSED' })
  })

  it('a device that closes waits for no other process', async () => {
    const stuck = { operation: 'cudaMemsetAsync', kind: 'slow', at: 1, delay: 60_000 } as const
    const busy = await openHost({ faults: [stuck] }, { closeTimeout: 50 })
    const gpu = await openHost({}, { closeTimeout: 50 })
    const event = await busy.ipcEvent()
    const same = await gpu.ipcEvent(event.handle)
    const [held, stream] = [busy.stream(), gpu.stream()]
    held.fill(await busy.alloc('u8', 1), 1)
    await event.record(held)
    same.wait(stream)
    const lost = rejection(stream.sync())
    await gpu.close()
    expectCudaError(await lost, { code: 'heddleErrorDeviceClosed' })
    // A record that will not happen holds nobody up.
    const other = await openHost()
    const third = await other.ipcEvent(event.handle)
    const waiting = other.stream()
    third.wait(waiting)
    await busy.close()
    await waiting.sync()
  })

  it('an event that nobody has recorded holds up nothing', async () => {
    const gpu = await openHost()
    const event = await gpu.ipcEvent()
    const stream = gpu.stream()
    event.wait(stream)
    await stream.sync()
  })
})
