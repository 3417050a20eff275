import { getEventListeners } from 'node:events'
import { AbortError, HeddleError, sleep, TimeoutError, timeout } from 'heddle'
import { describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { turn } from '../fixtures/collect.ts'
import { deferred } from '../fixtures/deferred.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { slowToStop, untilAborted } from '../fixtures/until-aborted.ts'

describe('timeout', () => {
  it('gives what comes in time, and cancels its timer', async () => {
    const before = usage().timers
    expect(await timeout(1e6, () => 5)).toBe(5)
    expect(await timeout(1e6, (signal) => sleep(1, { signal }).then(() => 'value'), {})).toBe('value')
    await turn()
    expect(usage().timers).toBe(before)
  })

  it('does not keep the process alive when the task has ended', async () => {
    expect(await runClean('timeout-in-time')).toBe('value')
  })

  it.each([0, 0.5, 5, 20])('rejects with a TimeoutError after %d ms, never early', async (ms) => {
    const start = process.hrtime.bigint()
    const error = await errorOf(timeout(ms, (signal) => sleep(1e6, { signal })))
    expect(Number(process.hrtime.bigint() - start)).toBeGreaterThanOrEqual(ms * 1e6)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toBeInstanceOf(HeddleError)
    expect(error).toMatchObject({
      name: 'TimeoutError',
      code: 'ERR_HEDDLE_TIMEOUT',
      ms,
      message: `The operation took longer than ${ms} ms`,
    })
    expect(usage().timers).toBe(0)
  })

  it('does so also when the task rejects with the reason', async () => {
    let reason: unknown
    const limited = timeout(1, (signal) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason
      })
      return untilAborted(signal)
    })
    expect(await errorOf(limited)).toBe(reason)
    expect(reason).toBeInstanceOf(TimeoutError)
  })

  it('starts a task that has no time', async () => {
    expect(await timeout(0, () => 3)).toBe(3)
  })

  it('waits also for a task that ignores its signal, and gives its value', async () => {
    const gate = deferred<string>()
    let told = false
    const limited = timeout(1, (signal) => {
      signal.addEventListener('abort', () => {
        told = true
      })
      return gate.promise
    })
    await sleep(5)
    expect(told).toBe(true)
    expect(await hasSettled(limited)).toBe(false)
    gate.resolve('late')
    expect(await limited).toBe('late')
  })

  it('passes an error on, in time or late', async () => {
    await expect(timeout(1e6, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(
      timeout(1e6, () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
    const late = timeout(1, (signal) =>
      untilAborted(signal).catch(() => Promise.reject(new Error('broken late'))),
    )
    await expect(late).rejects.toThrow('broken late')
  })

  it('passes on an AbortError that is not its own', async () => {
    const own = new AbortError(AbortSignal.abort('of the task'))
    expect(await errorOf(timeout(1e6, () => Promise.reject(own)))).toBe(own)
  })

  it('of an outer limit reaches through the inner one, which then is none', async () => {
    let inner: unknown
    const error = await errorOf(
      timeout(1, async (signal) => {
        inner = await errorOf(timeout(1e6, (innermost) => sleep(1e6, { signal: innermost }), { signal }))
        throw inner
      }),
    )
    expect(inner).toMatchObject({ code: 'ABORT_ERR', cause: error })
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_TIMEOUT', ms: 1 })
  })

  it('of an inner limit leaves the outer one alone', async () => {
    const error = await errorOf(
      timeout(1e6, (signal) => timeout(1, (inner) => sleep(1e6, { signal: inner }), { signal })),
    )
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_TIMEOUT', ms: 1 })
    await turn()
    expect(usage().timers).toBe(0)
  })
})

describe('timeout with a signal', () => {
  it('that is aborted starts nothing', async () => {
    let ran = false
    const limited = timeout(1, () => (ran = true), { signal: AbortSignal.abort('before') })
    expect(await errorOf(limited)).toMatchObject({ code: 'ABORT_ERR', cause: 'before' })
    expect(ran).toBe(false)
  })

  it('is cut short by it: an AbortError, and no timeout, also when the limit passes then', async () => {
    const controller = new AbortController()
    const gate = deferred()
    const limited = timeout(
      1,
      async (signal) => {
        await gate.promise
        return untilAborted(signal)
      },
      { signal: controller.signal },
    )
    controller.abort('enough')
    await sleep(5)
    gate.resolve()
    expect(await errorOf(limited)).toMatchObject({ name: 'AbortError', cause: 'enough' })
  })

  it('waits for the task', async () => {
    const controller = new AbortController()
    let ended = false
    const limited = timeout(1e6, (signal) => slowToStop(signal, () => (ended = true)), {
      signal: controller.signal,
    })
    controller.abort()
    await limited
    expect(ended).toBe(true)
  })

  it('leaves no listener on it', async () => {
    const { signal } = new AbortController()
    await timeout(1, () => 1, { signal })
    await timeout(1, (inner) => sleep(1e6, { signal: inner }), { signal }).catch(() => undefined)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('ends once, whichever of the end, the limit and the abort comes first', async () => {
    const codes = new Set<unknown>()
    for (let i = 0; i < 200; ++i) {
      const controller = new AbortController()
      const limited = timeout(0, (signal) => (i % 3 === 0 ? sleep(0, { signal }) : sleep(1e6, { signal })), {
        signal: controller.signal,
      })
      if (i % 2 === 0) setImmediate(() => controller.abort())
      codes.add(
        await limited.then(
          () => 'in time',
          ({ code }) => code,
        ),
      )
    }
    for (const code of codes) expect(['in time', 'ABORT_ERR', 'ERR_HEDDLE_TIMEOUT']).toContain(code)
    await turn()
    expect(usage().timers).toBe(0)
  })
})

describe('timeout checks at the call', () => {
  it.each([undefined, '5', 5n])('that ms is a number: %o', (ms) => {
    expect(() => timeout(ms as never, () => 1)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('that ms is in range: %d', (ms) => {
    expect(() => timeout(ms, () => 1)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
  })

  it.each([undefined, 5, Promise.resolve()])('that the task is a function: %o', (task) => {
    expect(() => timeout(1, task as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})
