import { getEventListeners } from 'node:events'
import { AbortError, all, SiblingError, sleep } from 'heddle'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { deferred } from '../fixtures/deferred.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { slowToStop, untilAborted } from '../fixtures/until-aborted.ts'

describe('all', () => {
  it('gives the results in the order of the functions', async () => {
    const results = await all([() => sleep(5).then(() => 'slow'), () => 2, async () => null, () => undefined])
    expect(results).toEqual(['slow', 2, null, undefined])
    expect(await all([])).toEqual([])
  })

  it('takes any iterable', async () => {
    function* tasks() {
      for (let i = 0; i < 100; ++i) yield async () => i
    }
    expect(await all(tasks())).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(await all(new Set([() => 1, () => 2]))).toEqual([1, 2])
  })

  it('starts all before any of them goes on', async () => {
    const events: string[] = []
    const note = (name: string) => async () => {
      events.push(`start ${name}`)
      await undefined
      events.push(`end ${name}`)
    }
    await all([note('a'), note('b')])
    expect(events).toEqual(['start a', 'start b', 'end a', 'end b'])
  })

  it('starts all, also when the first fails at once', async () => {
    let started = 0
    const failed = all([
      () => {
        throw new Error('first')
      },
      () => ++started,
      () => ++started,
    ])
    await expect(failed).rejects.toThrow('first')
    expect(started).toBe(2)
  })

  it('rejects with the first error when all have ended; it cancels the others', async () => {
    const gate = deferred()
    const reasons: unknown[] = []
    const failed = all([
      (signal) => untilAborted(signal).catch((reason) => void reasons.push(reason)),
      () => gate.promise,
      () => Promise.reject(new Error('first')),
      (signal) => untilAborted(signal).catch(() => Promise.reject(new Error('second'))),
    ])
    failed.catch(() => undefined)
    expect(await hasSettled(failed)).toBe(false)
    expect(reasons).toEqual([expect.any(SiblingError)])
    gate.resolve()
    await expect(failed).rejects.toThrow('first')
  })
})

describe('all with a limit', () => {
  it.each([1, 2, 7, 50, 1000])('runs %d at a time, in order', async (concurrency) => {
    let [running, most] = [0, 0]
    const started: number[] = []
    const tasks = Array.from({ length: 50 }, (_, i) => async () => {
      started.push(i)
      most = Math.max(most, ++running)
      for (let k = i % 3; k >= 0; --k) await turn()
      --running
      return i
    })
    expect(await all(tasks, { concurrency })).toEqual(started)
    expect(most).toBe(Math.min(concurrency, 50))
  })

  it('starts nothing more after an error', async () => {
    let started = 0
    const tasks = Array.from({ length: 10 }, (_, i) => async () => {
      ++started
      if (i === 3) throw new Error('first')
    })
    await expect(all(tasks, { concurrency: 1 })).rejects.toThrow('first')
    expect(started).toBe(4)
  })

  it('starts nothing more after an abort, and then has no results', async () => {
    const controller = new AbortController()
    let started = 0
    const tasks = Array.from({ length: 10 }, () => async () => {
      if (++started === 3) controller.abort('enough')
    })
    const cancelled = all(tasks, { concurrency: 1, signal: controller.signal })
    await expect(cancelled).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    expect(started).toBe(3)
  })
})

describe('all with a signal', () => {
  it('that is aborted runs nothing', async () => {
    let ran = false
    const cancelled = all([() => (ran = true)], { signal: AbortSignal.abort('before') })
    expect(await errorOf(cancelled)).toMatchObject({ code: 'ABORT_ERR', cause: 'before' })
    expect(ran).toBe(false)
  })

  it('cancels all, waits for them, and rejects with an AbortError', async () => {
    const controller = new AbortController()
    let ended = 0
    const slow = (signal: AbortSignal) => slowToStop(signal, () => ++ended)
    const cancelled = all([slow, untilAborted, slow], { signal: controller.signal })
    await turn()
    controller.abort('enough')
    const error = await errorOf(cancelled)
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toHaveProperty('cause', 'enough')
    expect(ended).toBe(2)
  })

  it('gives the results if all have some in spite of the abort', async () => {
    const controller = new AbortController()
    const results = all([(signal) => untilAborted(signal).catch(() => 'stopped'), () => 1], {
      signal: controller.signal,
    })
    controller.abort()
    expect(await results).toEqual(['stopped', 1])
  })

  it('leaves no listener on it', async () => {
    const { signal } = new AbortController()
    await all([() => 1, () => 2], { signal })
    await all([() => Promise.reject(new Error('first'))], { signal }).catch(() => undefined)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('all checks at the call', () => {
  it.each([undefined, null, 5, 'ab', () => 1, {}])('that there is an iterable: %o', (tasks) => {
    expect(() => all(tasks as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  it('that each is a function, and starts none before', () => {
    let ran = false
    const run = () => {
      ran = true
    }
    expect(() => all([run, Promise.resolve(1) as never])).toThrow(
      'The "tasks[1]" argument must be of type function. Received an instance of Promise',
    )
    expect(ran).toBe(false)
  })

  it.each([0, -1, 1.5, Number.NaN])('that the limit is a count: %d', (concurrency) => {
    expect(() => all([], { concurrency })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
  })

  it.each(['1', null, 1n])('that the limit is a number: %o', (concurrency) => {
    expect(() => all([], { concurrency: concurrency as never })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })
})
