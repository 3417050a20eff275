import { cpus } from 'node:os'
import { Device, open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { closedLater, onEachDevice, openHost } from './target.ts'

onEachDevice('open', (target) => {
  it('gives a device', async () => {
    const gpu = await target.open()
    expect(gpu).toBeInstanceOf(Device)
    expect(gpu.closed).toBe(false)
    expect(gpu.info.id).toBe(target.id)
    expect(gpu.info.memory).toBeGreaterThan(0)
  })

  it('opens the same device several times, each with memory of its own', async () => {
    const [a, b] = await Promise.all([target.open(), target.open()])
    const ofA = await a.alloc('u8', 16)
    await a.close()
    const ofB = await b.alloc('u8', 16)
    const bytes = new Uint8Array(16)
    await b.stream().fill(ofB, 7)
    await b.stream().copy(bytes, ofB)
    expect([...bytes]).toEqual(Array(16).fill(7))
    ofA.dispose()
  })

  it('opens eight at once', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => target.open()))
    const sums = await Promise.all(
      opened.map(async (gpu, i) => {
        const array = await gpu.alloc('u32', 100)
        const values = new Uint32Array(100)
        const stream = gpu.stream()
        stream.fill(array, i + 1)
        await stream.copy(values, array)
        return values.reduce((sum, value) => sum + value, 0)
      }),
    )
    expect(sums).toEqual([100, 200, 300, 400, 500, 600, 700, 800])
  })

  it('can be waited for with await using', async () => {
    const gpu = await open(target.id)
    {
      await using same = gpu
      expect(same.closed).toBe(false)
    }
    expect(gpu.closed).toBe(true)
  })

  it('takes timeouts', async () => {
    const gpu = await target.open({ watchdog: 0, closeTimeout: 0 })
    await gpu.stream().sync()
  })
})

describe('the host device', () => {
  it('says what it is', async () => {
    const { info } = await openHost()
    expect(info).toEqual({
      id: 'host',
      name: 'host device',
      computeCapability: '0.0',
      multiprocessors: cpus().length,
      memory: expect.any(Number),
      pciBusId: '',
      uuid: '',
      clockMegahertz: 0,
      warpSize: 32,
      copyEngines: cpus().length,
      l2Cache: 0,
      limits: {
        threadsPerBlock: 1024,
        threadsPerMultiprocessor: 1024,
        registersPerBlock: 65_536,
        sharedMemoryPerBlock: 49_152,
        sharedMemoryPerBlockOptIn: 49_152,
        sharedMemoryPerMultiprocessor: 49_152,
        block: [1024, 1024, 64],
        grid: [2 ** 31 - 1, 65_535, 65_535],
      },
    })
  })

  it('has as much memory as it is told to have', async () => {
    const gpu = await openHost({ memoryLimit: 12_345_678 })
    expect(gpu.info.memory).toBe(12_345_678)
    expect(await gpu.memory()).toEqual({
      free: 12_345_678,
      total: 12_345_678,
      used: 0,
      highWater: 0,
      reserved: 0,
      pinned: 0,
    })
  })

  it('has part of the memory of this machine by default', async () => {
    const { total } = await (await openHost()).memory()
    expect(total).toBeGreaterThan(1 << 20)
    expect(total).toBeLessThan(2 ** 50)
  })

  it('takes options that are not given for defaults', async () => {
    // @ts-expect-error exactOptionalPropertyTypes
    closedLater(await open('host', { watchdog: undefined, closeTimeout: undefined, host: undefined }))
    closedLater(await open('host', { host: {} }))
  })
})
