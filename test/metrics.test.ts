import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { metrics, sleep } from 'heddle'
import { readdir, readFile } from 'heddle/fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

describe('metrics', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'heddle-metrics-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  it('counts pending timers', async () => {
    const before = metrics()
    const abort = new AbortController()
    const naps = Array.from({ length: 5 }, () => sleep(60_000, { signal: abort.signal }))
    await sleep(0)
    expect(metrics().timers).toBe(before.timers + 5)
    abort.abort()
    expect((await Promise.allSettled(naps)).map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    expect(metrics().timers).toBe(before.timers)
    expect(metrics().turns).toBeGreaterThan(before.turns)
  })

  it('counts what threads did', async () => {
    const before = metrics().blocking
    expect(await readdir(directory)).toEqual([])
    const after = metrics().blocking
    expect(after.started).toBeGreaterThan(before.started)
    expect(after.threads).toBeGreaterThan(0)
    expect(after.queued).toBe(0)
    expect(after.totalWait).toBeGreaterThanOrEqual(after.longestWait)
    expect(after.longestWait).toBeGreaterThan(0)
  })

  it('has nothing in flight when all has been awaited', async () => {
    expect((await readFile('/proc/self/stat')).byteLength).toBeGreaterThan(0)
    expect(metrics()).toMatchObject({ tasks: 0, ready: 0, ioInFlight: 0 })
    expect((await stat(directory)).isDirectory()).toBe(true)
  })

  it('is of the calling thread', async () => {
    const entry = JSON.stringify(import.meta.resolve('heddle'))
    const source = `const { metrics } = await import(${entry})
      const { parentPort } = await import('node:worker_threads')
      parentPort.postMessage(metrics())`
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
    const theirs = await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
    })
    expect(theirs).toMatchObject({ timers: 0, turns: 0, blocking: { started: 0 } })
    expect(metrics().turns).toBeGreaterThan(0)
  })
})
