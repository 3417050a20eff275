import { capabilities } from 'heddle'
import { availability, CudaError, devices, discover, open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { failure } from './failures.ts'

const { ok, reason, remedy } = availability()
if (!ok) console.warn(`NO GPU HERE (${reason}): the CUDA suite runs on the host device only. ${remedy}`)

describe('availability', () => {
  it('says whether there is a GPU, and with what driver and runtime', () => {
    const found = availability()
    expect(found.ok).toBeTypeOf('boolean')
    for (const version of [found.driver, found.runtime]) {
      expect(Number.isInteger(version) && version >= 0).toBe(true)
    }
  })

  it('is the same each time it is asked', () => {
    expect(availability()).toEqual(availability())
  })

  it.skipIf(ok)('gives a reason and a remedy where there is none', () => {
    expect(['not-built', 'no-driver', 'old-driver', 'no-device', 'permission']).toContain(reason)
    expect(remedy?.length).toBeGreaterThan(10)
  })

  it.skipIf(!ok)('gives neither where there is a GPU', () => {
    expect(availability()).toEqual({ ok: true, driver: expect.any(Number), runtime: expect.any(Number) })
  })

  it('agrees with itself about what was built', () => {
    const { runtime, driver } = availability()
    if (reason === 'not-built') expect(runtime).toBe(0)
    else expect(runtime).toBeGreaterThanOrEqual(12_000)
    if (reason === 'no-driver') expect(driver).toBe(0)
  })

  it('is part of the capabilities', () => {
    expect(capabilities().cuda).toEqual(availability())
  })
})

describe('devices', () => {
  it('lists GPUs only, and none where none can be used', () => {
    const found = devices()
    expect(found.length > 0).toBe(ok)
    expect(found.map(({ id }) => id)).toEqual(found.map((_, i) => i))
  })

  it.skipIf(!ok)('says what each GPU is', () => {
    for (const device of devices()) {
      expect(device.name).not.toBe('')
      expect(device.computeCapability).toMatch(/^\d+\.\d+$/)
      expect(device.multiprocessors).toBeGreaterThan(0)
      expect(device.memory).toBeGreaterThan(0)
      expect(device.pciBusId).toMatch(/^[\da-f]{4,8}:[\da-f]{2}:[\da-f]{2}\.\d$/i)
      expect(device.pciLink?.lanes ?? 16).toBeGreaterThan(0)
      expect(device.clockMegahertz).toBeGreaterThan(100)
      expect(device.copyEngines).toBeGreaterThan(0)
      expect(device.limits.threadsPerBlock).toBeGreaterThanOrEqual(device.warpSize)
      expect(device.limits.sharedMemoryPerBlockOptIn).toBeGreaterThanOrEqual(
        device.limits.sharedMemoryPerBlock,
      )
      expect(Math.min(...device.limits.grid, ...device.limits.block)).toBeGreaterThan(0)
      expect(device.uuid).toMatch(/^(GPU|MIG)-[\da-f-]+$/)
    }
  })
})

describe('discover', () => {
  it('finds what availability and devices say', async () => {
    expect(await discover()).toEqual({ availability: availability(), devices: devices() })
  })

  it('may be asked by many at once', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => discover()))
    for (const found of all) expect(found).toEqual(all[0])
  })
})

describe('opening a GPU that is not there', () => {
  it.skipIf(ok)('rejects with what would help', async () => {
    const error = await failure(() => open(0))
    expect(error).toBeInstanceOf(CudaError)
    expect((error as CudaError).message).toContain(remedy as string)
    expect((error as CudaError).code).toMatch(/^(cuda|heddle)Error[A-Z]/)
    expect((error as CudaError).operation).not.toBe('')
  })

  it.skipIf(ok)(
    'is what opening without a number does, since the host device is never chosen silently',
    async () => {
      expect(await failure(() => open())).toMatchObject({ name: 'CudaError' })
    },
  )

  it('rejects, and can be tried any number of times', async () => {
    const errors = await Promise.all(Array.from({ length: 20 }, () => failure(() => open(1023))))
    for (const error of errors) expect(error).toBeInstanceOf(CudaError)
  })

  it('has a stack that leads to the caller', async () => {
    const error = await failure(() => open(1023))
    expect((error as Error).stack).toContain('availability.test.ts')
  })
})
