import { describe, expect, it } from 'vitest'
import { expectCudaError, failure, outOfRange, thrown, wrongType } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const MiB = 1 << 20

onEachDevice('a device', (target) => {
  it('gives back what it keeps for later', async () => {
    const gpu = await target.open()
    const lives = await gpu.alloc('u8', MiB)
    ;(await gpu.alloc('u8', 8 * MiB)).dispose()
    const { reserved } = await gpu.memory()
    const left = await gpu.trim()
    expect(left.used).toBe(MiB)
    expect(left.reserved).toBeLessThanOrEqual(reserved)
    expect((await gpu.trim(MiB)).used).toBe(MiB)
    lives.dispose()
    expect(thrown(() => gpu.trim(-1))).toMatchObject(outOfRange)
    expect(thrown(() => gpu.trim('1' as never))).toMatchObject(wrongType)
    await gpu.close()
    expect(thrown(() => gpu.trim())).toMatchObject({ code: 'heddleErrorDeviceClosed' })
  })
})

onEachDevice('a pool', (target) => {
  it('gives arrays like any others', async () => {
    const { gpu, stream } = await target.stream()
    const pool = await gpu.pool({ releaseThreshold: 4 * MiB })
    for (let i = 1; i <= 20; ++i) {
      const array = await pool.alloc('u32', 1000)
      stream.fill(array, i)
      const values = new Uint32Array(1000)
      await stream.copy(values, array)
      expect(values.every((value) => value === i)).toBe(true)
      array.dispose()
    }
  })

  it('says what is in use, and what was at most', async () => {
    const gpu = await target.open()
    const pool = await gpu.pool({ releaseThreshold: 8 * MiB })
    expect(await pool.memory()).toMatchObject({ used: 0, highWater: 0 })
    const arrays = [await pool.alloc('u8', MiB), await pool.alloc('u8', 2 * MiB)]
    for (const array of arrays) array.dispose()
    const { used, highWater, reserved, reservedHighWater } = await pool.memory()
    expect([used, highWater]).toEqual([0, 3 * MiB])
    expect(reserved).toBeGreaterThanOrEqual(3 * MiB)
    expect(reservedHighWater).toBeGreaterThanOrEqual(reserved)
    expect((await gpu.memory()).reserved).toBeGreaterThanOrEqual(reserved)
    expect((await pool.trim()).reserved).toBeLessThan(reserved)
  })

  it('has a limit, and tells what was asked', async () => {
    const gpu = await target.open()
    const pool = await gpu.pool({ limit: 3 * MiB })
    const array = await pool.alloc('u8', 2 * MiB)
    const error = await failure(() => pool.alloc('u8', 2 * MiB))
    expectCudaError(error, { code: 'cudaErrorMemoryAllocation', operation: 'cudaMallocFromPoolAsync' })
    expect((error as { arguments: string }).arguments).toMatch(/^bytes=2097152 free=\d+ total=\d+$/)
    array.dispose()
    await pool.alloc('u8', 3 * MiB)
  })

  it('keeps memory while it is in use, also after it was disposed of', async () => {
    const { gpu, stream } = await target.stream()
    const pool = await gpu.pool({ releaseThreshold: 8 * MiB })
    const array = await pool.alloc('u8', MiB)
    pool.dispose()
    pool.dispose()
    stream.fill(array, 5)
    const bytes = new Uint8Array(MiB)
    const copied = stream.copy(bytes, array)
    array.dispose()
    await copied
    expect(bytes.every((byte) => byte === 5)).toBe(true)
    expect(thrown(() => pool.alloc('u8', 1))).toMatchObject({ code: 'heddleErrorDeviceClosed' })
    expect((await gpu.memory()).used).toBe(0)
  })

  it('gives up what it keeps when the device has no more', async () => {
    const gpu = await target.open()
    const { free } = await gpu.memory()
    const pool = await gpu.pool({ releaseThreshold: Number.MAX_SAFE_INTEGER })
    const most = Math.floor(free * 0.6)
    ;(await pool.alloc('u8', most)).dispose()
    const array = await gpu.alloc('u8', most)
    array.dispose()
  })

  it('is closed with its device', async () => {
    const gpu = await target.open()
    const pool = await gpu.pool({ releaseThreshold: MiB })
    const array = await pool.alloc('u8', 1000)
    await gpu.close()
    array.dispose()
    pool.dispose()
    expect(thrown(() => pool.alloc('u8', 1))).toMatchObject({ code: 'heddleErrorDeviceClosed' })
  })

  it('takes sizes', async () => {
    const gpu = await target.open()
    expect(thrown(() => gpu.pool({ limit: 0 }))).toMatchObject(outOfRange)
    expect(thrown(() => gpu.pool({ releaseThreshold: -1 }))).toMatchObject(outOfRange)
    expect(thrown(() => gpu.pool({ limit: '1' as never }))).toMatchObject(wrongType)
    expect(thrown(() => gpu.pool(null as never))).toMatchObject(wrongType)
    const pool = await gpu.pool()
    expect(thrown(() => pool.alloc('u8', -1))).toMatchObject(outOfRange)
    expect(thrown(() => pool.trim(-1))).toMatchObject(outOfRange)
    expect((await pool.alloc('u8', 0)).length).toBe(0)
  })
})

describe('memory of the host device', () => {
  it('is counted', async () => {
    const gpu = await openHost({ memoryLimit: 16 * MiB })
    const pool = await gpu.pool({ releaseThreshold: 4 * MiB })
    const arrays = [await gpu.alloc('u8', MiB), await pool.alloc('u8', 2 * MiB)]
    await gpu.pinned('u8', 5000)
    for (const array of arrays) array.dispose()
    expect(await gpu.memory()).toEqual({
      free: 16 * MiB,
      total: 16 * MiB,
      used: 0,
      highWater: 3 * MiB,
      reserved: 2 * MiB,
      pinned: 5000,
    })
    expect(await pool.trim(MiB)).toMatchObject({ reserved: 0, reservedHighWater: 2 * MiB })
  })
})
