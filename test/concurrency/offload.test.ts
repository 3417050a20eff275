import { fileURLToPath } from 'node:url'
import { OffloadPool, offload } from 'heddle'
import { afterAll, describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { turn } from '../fixtures/collect.ts'
import { flags, until } from '../fixtures/flags.ts'

const tasks = new URL('../fixtures/offloaded/tasks.mjs', import.meta.url)
const pool = new OffloadPool({ threads: 2 })
afterAll(() => pool.close())

describe('offload', () => {
  it('runs a function on another thread', async () => {
    const here = process.pid
    expect(await offload((a: number, b: number) => a + b, [2, 3])).toBe(5)
    expect(await offload(() => process.pid)).toBe(here)
  })

  it('runs a function that imports what it needs', async () => {
    expect(await runClean('offload-life', { args: ['imports'] })).toBe('false 64')
  })

  it('runs functions of every kind', async () => {
    expect(
      await offload(
        function twice(number: number): number {
          return number * 2
        },
        [4],
      ),
    ).toBe(8)
    expect(await offload((list: readonly number[]) => list.map((number) => number + 1), [[1, 2]])).toEqual([
      2, 3,
    ])
    expect(await offload(async (text: string) => Promise.resolve(text), ['text'])).toBe('text')
    expect(await offload(() => undefined)).toBeUndefined()
  })

  it('runs an export of a module', async () => {
    expect(await offload(tasks, [1, 'two'])).toMatchObject({ isMainThread: false, args: [1, 'two'] })
    expect(await offload<number>(tasks, [new Uint8Array([1, 2, 3])], { name: 'sumOf' })).toBe(6)
  })

  it('runs what uses the package itself', async () => {
    expect(await offload(tasks, [], { name: 'readItself' })).toBe(
      '// Functions that tests run on other threads.',
    )
  })

  it('copies arguments at the call, and results', async () => {
    const map = new Map([['key', { date: new Date(0), bytes: new Uint8Array([1]) }]])
    const running = offload((given: Map<string, unknown>) => given, [map])
    map.clear()
    expect(await running).toEqual(new Map([['key', { date: new Date(0), bytes: new Uint8Array([1]) }]]))
  })

  it('moves what is to be transferred', async () => {
    const bytes = new Uint8Array([1, 2, 3])
    const sum = offload<number>(tasks, [bytes], { name: 'sumOf', transfer: [bytes.buffer] })
    expect(bytes.byteLength).toBe(0)
    expect(await sum).toBe(6)
  })

  it('runs as many at a time as it has threads', async () => {
    const flag = flags()
    const running = Array.from({ length: 6 }, () => pool.run(tasks, [flag], { name: 'hold' }))
    await until(() => Atomics.load(flag, 0) === 2)
    await turn()
    expect(Atomics.load(flag, 0)).toBe(2)
    Atomics.store(flag, 1, 1)
    Atomics.notify(flag, 1)
    await Promise.all(running)
    expect(Atomics.load(flag, 2)).toBe(6)
  })

  it('runs them in their order', async () => {
    await using single = new OffloadPool({ threads: 1 })
    const ended = new Int32Array(new SharedArrayBuffer(4))
    const running = Array.from({ length: 20 }, () =>
      single.run((count: Int32Array) => Atomics.add(count, 0, 1), [ended]),
    )
    expect(await Promise.all(running)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })
})

describe('OffloadPool.close', () => {
  it('waits for the tasks, and takes no more', async () => {
    const closing = new OffloadPool({ threads: 1 })
    const running = [1, 2, 3].map((number) => closing.run((given: number) => given, [number]))
    const closed = closing.close()
    expect(() => closing.run(() => 1)).toThrow(expect.objectContaining({ code: 'ERR_HEDDLE_CLOSED' }))
    expect(await Promise.all(running)).toEqual([1, 2, 3])
    await closed
    await closing.close()
  })

  it('may come before anything ran', async () => {
    await new OffloadPool().close()
  })
})

describe('a process that offloads', () => {
  it.each([
    ['idle workers', 'done'],
    ['a task', 'done'],
    ['process.exit()', 'done'],
    ['an error in what a task left behind', 'warning: left behind\nwarned done'],
  ])('ends as it should: %s', async (how, said) => {
    expect(await runClean('offload-life', { args: [how], flags: ['--no-warnings'] })).toBe(said)
  })

  it('gets an error, and does not hang, when no worker can start', async () => {
    const preload = fileURLToPath(new URL('../fixtures/programs/exit-in-workers.cjs', import.meta.url))
    const options = { args: ['workers that do not start'], flags: ['--require', preload] }
    expect(await runClean('offload-life', options)).toBe('ERR_HEDDLE_OFFLOAD_EXIT\nERR_HEDDLE_OFFLOAD_EXIT')
  })

  it('loads nothing for it before', async () => {
    expect(await runClean('offload-life', { args: ['nothing offloaded'] })).toBe('0 1')
  })
})
