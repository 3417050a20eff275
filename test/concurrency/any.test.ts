import { getEventListeners } from 'node:events'
import { any, OvertakenError, sleep } from 'heddle'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { deferred } from '../fixtures/deferred.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { slowToStop, untilAborted } from '../fixtures/until-aborted.ts'

describe('any', () => {
  it('gives the first to end, cancels the others, and waits for them', async () => {
    const before = usage().timers
    let stopped = 0
    const winner = await any([
      (signal) => slowToStop(signal, () => ++stopped),
      (signal) => sleep(1, { signal }).then(() => 'value'),
      (signal) => sleep(1e6, { signal }),
    ])
    expect(winner).toEqual({ index: 1, value: 'value' })
    expect(stopped).toBe(1)
    expect(usage().timers).toBe(before)
  })

  it('waits for a loser that ignores its signal', async () => {
    const gate = deferred()
    const race = any([() => 1, () => gate.promise])
    expect(await hasSettled(race)).toBe(false)
    gate.resolve()
    expect(await race).toEqual({ index: 0, value: 1 })
  })

  it('says which it was to the losers', async () => {
    let reason: unknown
    const loser = async (signal: AbortSignal) => {
      reason = await errorOf(untilAborted(signal))
    }
    await any([loser, () => 2])
    expect(reason).toBeInstanceOf(OvertakenError)
    expect(reason).toMatchObject({ code: 'ERR_HEDDLE_OVERTAKEN', index: 1, message: 'Task 1 ended first' })
  })

  it('lets an error win like a value', async () => {
    let stopped = 0
    const race = any([
      (signal) => slowToStop(signal, () => ++stopped),
      () => Promise.reject(new Error('first')),
    ])
    await expect(race).rejects.toThrow('first')
    expect(stopped).toBe(1)
  })

  it('drops the error of a loser', async () => {
    const loser = (signal: AbortSignal) =>
      untilAborted(signal).catch(() => Promise.reject(new Error('dropped')))
    expect(await any([loser, () => 1])).toEqual({ index: 1, value: 1 })
  })

  it('of those that end at the same time, takes the first in the list', async () => {
    expect(await any([async () => 1, async () => 2])).toEqual({ index: 0, value: 1 })
    expect(await any(new Set([() => 7]))).toEqual({ index: 0, value: 7 })
  })

  it('starts all of them', async () => {
    let started = 0
    await any(Array.from({ length: 20 }, () => () => ++started))
    expect(started).toBe(20)
  })
})

describe('any with a signal', () => {
  it('that is aborted runs nothing', async () => {
    let ran = false
    const race = any([() => (ran = true)], { signal: AbortSignal.abort('before') })
    expect(await errorOf(race)).toMatchObject({ code: 'ABORT_ERR', cause: 'before' })
    expect(ran).toBe(false)
  })

  it('reaches all; the first to notice decides', async () => {
    const controller = new AbortController()
    const slow = (signal: AbortSignal) => slowToStop(signal, () => undefined)
    const race = any([slow, (signal) => untilAborted(signal).catch(() => 'noticed')], {
      signal: controller.signal,
    })
    await turn()
    controller.abort()
    expect(await race).toEqual({ index: 1, value: 'noticed' })
  })

  it('rejects with an AbortError when the first to notice was cut short', async () => {
    const controller = new AbortController()
    const race = any([untilAborted, untilAborted], { signal: controller.signal })
    await turn()
    controller.abort('enough')
    expect(await errorOf(race)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('keeps the winner when the abort comes while the losers end', async () => {
    const controller = new AbortController()
    const gate = deferred()
    const race = any([() => 'won', () => gate.promise], { signal: controller.signal })
    await turn()
    controller.abort()
    gate.resolve()
    expect(await race).toEqual({ index: 0, value: 'won' })
  })

  it('leaves no listener on it', async () => {
    const { signal } = new AbortController()
    await any([() => 1, untilAborted], { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('any checks at the call', () => {
  it('that there is one to wait for', () => {
    expect(() => any([] as (() => number)[])).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }),
    )
  })

  it.each([undefined, 5, [1], [() => 1, Promise.resolve()]])('that there are functions: %o', (tasks) => {
    expect(() => any(tasks as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})
