import { getEventListeners } from 'node:events'
import { AbortError, scope, sleep } from 'heddle'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { deferred } from '../fixtures/deferred.ts'
import { usage } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { slowToStop, untilAborted } from '../fixtures/until-aborted.ts'

describe('scope.cancel', () => {
  it('ends the children, and is no failure', async () => {
    const before = usage().timers
    const result = await scope(async (s) => {
      const sleeping = s.spawn((signal) => sleep(1e6, { signal }))
      s.spawn(untilAborted)
      s.spawn((signal) => fetch('data:,text', { signal }))
      s.cancel('enough')
      expect(s.signal.reason).toBe('enough')
      await expect(sleeping).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' })
      return 'value'
    })
    expect(result).toBe('value')
    expect(usage().timers).toBe(before)
  })

  it('without a reason gives an AbortError; the first reason counts', async () => {
    await scope((s) => {
      s.cancel()
      s.cancel('second')
      expect(s.signal.reason).toBeInstanceOf(AbortError)
    })
  })

  it('lets children see it that are spawned later', async () => {
    const aborted = await scope((s) => {
      s.cancel()
      return s.spawn((signal) => signal.aborted)
    })
    expect(aborted).toBe(true)
  })

  it('does not hide an error that is more than that', async () => {
    const failed = scope((s) => {
      s.spawn(async (signal) => {
        await untilAborted(signal).catch(() => undefined)
        throw new Error('while cleaning up')
      })
      s.cancel()
    })
    await expect(failed).rejects.toThrow('while cleaning up')
  })

  it('gives the body its own AbortError', async () => {
    const cancelled = scope((s) => {
      s.cancel('enough')
      return sleep(1, { signal: s.signal })
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
  })
})

describe('scope with a signal', () => {
  it('that is aborted runs nothing', async () => {
    let ran = false
    const signal = AbortSignal.abort('before')
    const cancelled = scope(
      () => {
        ran = true
      },
      { signal },
    )
    expect(await errorOf(cancelled)).toMatchObject({ code: 'ABORT_ERR', cause: 'before' })
    expect(ran).toBe(false)
  })

  it('is cancelled by it, waits for the children, and rejects with an AbortError', async () => {
    const controller = new AbortController()
    let ended = 0
    const cancelled = scope(
      async (s) => {
        s.spawn((signal) => slowToStop(signal, () => ++ended))
        s.spawn((signal) => sleep(1e6, { signal }))
        return 'value'
      },
      { signal: controller.signal },
    )
    await turn()
    const reason = new Error('the reason')
    controller.abort(reason)
    expect(await errorOf(cancelled)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason })
    expect(ended).toBe(1)
  })

  it('rejects with an error that came although it was aborted', async () => {
    const controller = new AbortController()
    const failed = scope(
      (s) => {
        s.spawn(async (signal) => {
          await untilAborted(signal).catch(() => undefined)
          throw new Error('while cleaning up')
        })
      },
      { signal: controller.signal },
    )
    controller.abort()
    await expect(failed).rejects.toThrow('while cleaning up')
  })

  it('reaches nested scopes', async () => {
    const controller = new AbortController()
    let stopped = 0
    const nest = (depth: number, signal: AbortSignal): Promise<void> =>
      scope(
        (s) => {
          s.spawn((inner) => slowToStop(inner, () => ++stopped))
          if (depth > 0) s.spawn((inner) => nest(depth - 1, inner))
        },
        { signal },
      )
    const cancelled = nest(10, controller.signal)
    await turn()
    expect(stopped).toBe(0)
    controller.abort()
    await expect(cancelled).rejects.toBeInstanceOf(AbortError)
    expect(stopped).toBe(11)
  })

  it('leaves no listener on it', async () => {
    const { signal } = new AbortController()
    for (let i = 0; i < 10; ++i) await scope((s) => s.spawn(() => i), { signal })
    await scope(() => Promise.reject(new Error('first')), { signal }).catch(() => undefined)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    const gate = deferred()
    const open = Array.from({ length: 1000 }, () => scope(() => gate.promise, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    gate.resolve()
    await Promise.all(open)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('scope checks at the call', () => {
  it.each([undefined, null, 5, {}, Promise.resolve()])('that the body is a function: %o', (body) => {
    expect(() => scope(body as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  it.each([null, 5, 'options'])('that options are an object: %o', (options) => {
    expect(() => scope(() => 1, options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it('that a child is a function', async () => {
    await scope((s) => {
      expect(() => s.spawn(Promise.resolve() as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining('"task"') }),
      )
      expect(s.live).toBe(1)
    })
  })
})
