import { getEventListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { OffloadPool } from 'heddle'
import { afterAll, describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { flags, until } from '../fixtures/flags.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { tempFolder } from '../fixtures/temp.ts'

const tasks = new URL('../fixtures/offloaded/tasks.mjs', import.meta.url)
const folder = tempFolder()
const pool = new OffloadPool({ threads: 2 })
afterAll(() => pool.close())

describe('offload with a signal', () => {
  it('that is aborted runs nothing', async () => {
    const flag = flags()
    const signal = AbortSignal.abort('before')
    const aborted = pool.run(tasks, [flag], { name: 'hold', signal })
    expect(await errorOf(aborted)).toMatchObject({ code: 'ABORT_ERR', cause: 'before' })
    expect(Atomics.load(flag, 0)).toBe(0)
  })

  it('ends a task that never would', async () => {
    const flag = flags()
    const controller = new AbortController()
    const spinning = pool.run(tasks, [flag], { name: 'spin', signal: controller.signal })
    await until(() => Atomics.load(flag, 0) === 1)
    controller.abort('enough')
    expect(await errorOf(spinning)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
    const rounds = Atomics.load(flag, 1)
    await turn()
    expect(Atomics.load(flag, 1)).toBe(rounds)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('settles when the thread has stopped, however long that takes', async () => {
    const [begun, fifo, ended] = [folder.fresh('begun'), folder.fifo(), folder.fresh('ended')]
    const controller = new AbortController()
    const { signal } = controller
    const running = pool.run(tasks, [begun, fifo, ended], { name: 'unstoppable', signal })
    await until(() => existsSync(begun))
    controller.abort()
    expect(await hasSettled(running)).toBe(false)
    await writeFile(fifo, 'go on\n')
    expect(await errorOf(running)).toHaveProperty('code', 'ABORT_ERR')
    expect(existsSync(ended)).toBe(true)
  })

  it('takes one that waits out of the queue, and ends no other', async () => {
    await using single = new OffloadPool({ threads: 1 })
    const flag = flags()
    const controller = new AbortController()
    const first = single.run(tasks, [flag], { name: 'hold' })
    const second = single.run(tasks, [flag], { name: 'hold', signal: controller.signal })
    await until(() => Atomics.load(flag, 0) === 1)
    controller.abort()
    expect(await errorOf(second)).toHaveProperty('code', 'ABORT_ERR')
    Atomics.store(flag, 1, 1)
    Atomics.notify(flag, 1)
    await first
    expect(Atomics.load(flag, 0)).toBe(1)
  })

  it('may be aborted at any time: each task ends once, and the pool goes on', async () => {
    const codes: unknown[] = []
    for (let round = 0; round < 40; ++round) {
      const controller = new AbortController()
      const { signal } = controller
      const running = [1, 2, 3].map((number) => pool.run((given: number) => given, [number], { signal }))
      const outcomes = Promise.allSettled(running)
      for (let turns = round % 10; turns > 0; --turns) await turn()
      controller.abort()
      for (const [i, outcome] of (await outcomes).entries()) {
        if (outcome.status === 'fulfilled') expect(outcome.value).toBe(i + 1)
        else codes.push(outcome.reason.code)
      }
      expect(getEventListeners(signal, 'abort')).toEqual([])
    }
    expect(new Set(codes)).toEqual(new Set(['ABORT_ERR']))
    expect(await pool.run(() => 'still there')).toBe('still there')
  })

  it('leaves no listener on it', async () => {
    const { signal } = new AbortController()
    await pool.run(() => 1, [], { signal })
    await errorOf(pool.run(() => Promise.reject(new Error('first')), [], { signal }))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
