import { readdirSync, readFileSync } from 'node:fs'
import { type Fault, open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { addon, usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { randomBytes } from './bytes.ts'
import { expectCudaError } from './failures.ts'
import { operations, useAll } from './faults.ts'

const folder = tempFolder()
const path = folder.file(randomBytes(300_000))

/** The threads of devices and their streams. */
function deviceThreads(): number {
  const names = readdirSync('/proc/self/task').map((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, 'utf8')
    } catch {
      return ''
    }
  })
  return names.filter((name) => /^heddle-(device|stream)/.test(name)).length
}

async function attempt(fault: Fault): Promise<void> {
  const host = { faults: [fault], memoryLimit: 8 << 20 }
  let gpu: Awaited<ReturnType<typeof open>>
  try {
    gpu = await open('host', { host, watchdog: 20 })
  } catch (error) {
    expectCudaError(error, {})
    return
  }
  try {
    const results = await useAll(gpu, path)
    for (const result of results) if (result.status === 'rejected') expectCudaError(result.reason, {})
    if (fault.kind === 'fail') {
      // Disposed memory goes when its last use has ended, which nobody is told of.
      const free = async () => (await gpu.memory().catch(() => gpu.memory())).free
      await expect.poll(free, { interval: 1, timeout: 10_000 }).toBe(8 << 20)
    }
  } finally {
    await gpu.close()
  }
  expectCudaError(await gpu.lost, {})
}

it('knows each call of the device', () => {
  expect([...operations].sort()).toEqual(addon.driverCalls().sort())
})

describe.each(['fail', 'sticky', 'slow'] as const)('each call of the device in turn: %s', (kind) => {
  it.each(operations)('%s settles everything and leaves nothing behind', async (operation) => {
    const before = usage()
    for (let at = 1; at <= 12; ++at) {
      await attempt({ operation, kind, at, ...(kind === 'slow' ? { delay: 1 } : {}) })
      const { devices, streams, requests } = usage()
      expect({ devices, streams, requests }).toEqual({ devices: 0, streams: 0, requests: 0 })
    }
    const collected = { events: 0, memory: 0, libraries: 0 }
    expect({ ...usage(), ...collected }).toEqual({ ...before, ...collected })
    // A thread that was joined may stay in the list for a moment.
    while (deviceThreads() > 0) await new Promise((resolve) => setImmediate(resolve))
    const gpu = await open('host')
    const results = await useAll(gpu, path)
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
    await gpu.close()
  })
})
