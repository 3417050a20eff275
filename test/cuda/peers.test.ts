import { open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { randomBytes, sameBytes } from './bytes.ts'
import { thrown, wrongType } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const length = 300_000

onEachDevice('two devices', (target) => {
  it('copy between their memory, on a stream of either', async () => {
    const [a, b] = [await target.open(), await target.open()]
    const [ofA, ofB, second] = [
      await a.alloc('u8', length),
      await b.alloc('u8', length),
      await b.alloc('u8', length),
    ]
    const bytes = randomBytes(length)
    const [onA, onB] = [a.stream(), b.stream()]
    onA.copy(ofA, bytes)
    onA.copy(ofB, ofA)
    onB.wait(onA).copy(second, ofB)
    const result = new Uint8Array(length)
    await onB.copy(result, second)
    expect(sameBytes(result, bytes)).toBe(true)
    await onB.fill(second, 7)
    await onB.copy(ofA, second)
    await onA.copy(result, ofA)
    expect(result.every((byte) => byte === 7)).toBe(true)
  })

  it('wait for each other, stream for stream and event for event', async () => {
    const [a, b] = [await target.open(), await target.open()]
    const [onA, onB] = [a.stream(), b.stream()]
    const [ofA, ofB] = [await a.alloc('u8', length), await b.alloc('u8', length)]
    const seen = new Uint8Array(length)
    for (let i = 1; i <= 30; ++i) {
      onA.wait(onB).fill(ofA, i)
      onB.wait(onA.record()).copy(ofB, ofA)
      if (i % 10 !== 0) continue
      await onB.copy(seen, ofB)
      expect(seen.every((byte) => byte === i)).toBe(true)
    }
    const event = b.event()
    await onA.wait(event).sync()
  })

  it('see pinned memory of each other', async () => {
    const [a, b] = [await target.open(), await target.open()]
    const pinned = await a.pinned('u8', length)
    const array = await b.alloc('u8', length)
    pinned.array.fill(4)
    const stream = b.stream()
    await stream.copy(array, pinned)
    await a.close()
    const result = new Uint8Array(length)
    await stream.copy(result, array)
    expect(result[length - 1]).toBe(4)
    // It outlives its own device, however it is copied.
    pinned.array.fill(5)
    const half = length / 2
    await stream.copy(array, pinned)
    await stream.copyBatch([{ destination: array.slice(0, half), source: pinned.slice(half) }])
    const rows = { pitch: half, width: half, height: 2 }
    await stream.copy2d({ array, ...rows }, { array: pinned, ...rows })
    await stream.copy(result, array)
    expect(result.every((byte) => byte === 5)).toBe(true)
  })

  it('keep memory that the other copies, also when they are closed', async () => {
    for (let i = 0; i < 10; ++i) {
      const [a, b] = [await open(target.id), await open(target.id)]
      const [ofA, ofB] = [await a.alloc('u8', 4 << 20), await b.alloc('u8', 4 << 20)]
      await b.stream().fill(ofB, i)
      const stream = a.stream()
      const result = new Uint8Array(4 << 20)
      stream.copy(ofA, ofB)
      const copied = stream.copy(result, ofA)
      ofB.dispose()
      const closing = b.close()
      await copied
      expect(result.every((byte) => byte === i)).toBe(true)
      await Promise.all([closing, a.close()])
    }
  })

  it('say whether one reaches the memory of the other', async () => {
    const [a, b] = [await target.open(), await target.open()]
    expect(await a.canAccessPeer(b)).toBe(true)
    expect(await a.canAccessPeer(b)).toBe(true)
    expect(thrown(() => a.canAccessPeer(0 as never))).toMatchObject(wrongType)
    await b.close()
    expect(thrown(() => a.canAccessPeer(b))).toMatchObject({ code: 'heddleErrorDeviceClosed' })
  })

  it('are not used once they are closed', async () => {
    const [a, b] = [await target.open(), await target.open()]
    const [ofA, ofB] = [await a.alloc('u8', 8), await b.alloc('u8', 8)]
    const event = b.event()
    await b.close()
    expect(thrown(() => a.stream().copy(ofA, ofB))).toMatchObject({ code: 'ERR_HEDDLE_DEVICE' })
    expect(thrown(() => a.stream().wait(event))).toMatchObject(wrongType)
  })
})

describe('two host devices', () => {
  const forever = { operation: 'cudaMemsetAsync', kind: 'slow', delay: 3_600_000 } as const

  it('do not hang on each other when one is stuck', async () => {
    const stuck = await openHost({ faults: [forever] }, { closeTimeout: 20 })
    const gpu = await openHost({}, { closeTimeout: 20 })
    const [slow, stream] = [stuck.stream(), gpu.stream()]
    slow.fill(await stuck.alloc('u8', 10), 1)
    const waiting = stream.wait(slow).sync()
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'heddleErrorDeviceClosed' })
    await gpu.close()
    await rejected
    await stuck.close()
  })

  it('go on when the one they wait for is closed', async () => {
    const stuck = await openHost({ faults: [forever] }, { closeTimeout: 20 })
    const gpu = await openHost()
    const [slow, stream] = [stuck.stream(), gpu.stream()]
    slow.fill(await stuck.alloc('u8', 10), 1)
    const waiting = stream.wait(slow).sync()
    await stuck.close()
    await waiting
  })
})
