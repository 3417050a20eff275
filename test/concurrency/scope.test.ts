import { ClosedError, HeddleError, type Scope, SiblingError, scope } from 'heddle'
import { describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { turn } from '../fixtures/collect.ts'
import { deferred } from '../fixtures/deferred.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { slowToStop, untilAborted } from '../fixtures/until-aborted.ts'

describe('scope', () => {
  it('gives what its body returns', async () => {
    expect(await scope(() => 5)).toBe(5)
    expect(await scope(async () => 'text', {})).toBe('text')
    expect(await scope(() => undefined, { signal: undefined })).toBeUndefined()
  })

  it.each([0, 1, 2, 1000])('waits for all of %d children', async (children) => {
    let ended = 0
    await scope((s) => {
      for (let i = 0; i < children; ++i) {
        s.spawn(async () => {
          await turn()
          ++ended
        })
      }
      expect(s.live).toBe(children + 1)
    })
    expect(ended).toBe(children)
  })

  it('gives what a child comes to', async () => {
    const sum = await scope(async (s) => {
      const two = s.spawn(() => 2)
      const three = s.spawn(async () => 3)
      return (await two) + (await three)
    })
    expect(sum).toBe(5)
  })

  it('starts a child in this turn, though not within the call', async () => {
    await scope(async (s) => {
      let started = false
      s.spawn(() => {
        started = true
      })
      expect(started).toBe(false)
      for (let i = 0; i < 3; ++i) await undefined
      expect(started).toBe(true)
    })
  })

  it('lets children spawn siblings, also when the body has ended', async () => {
    let count = 0
    const grow = async (s: Scope, depth: number): Promise<void> => {
      ++count
      await turn()
      if (depth === 0) return
      s.spawn(() => grow(s, depth - 1))
      s.spawn(() => grow(s, depth - 1))
    }
    await scope((s) => void s.spawn(() => grow(s, 5)))
    expect(count).toBe(63)
  })

  it('rejects with the first error, which cancels the siblings', async () => {
    const reasons: unknown[] = []
    const first = new Error('first')
    const error = await errorOf(
      scope(async (s) => {
        for (let i = 0; i < 3; ++i) {
          s.spawn((signal) => untilAborted(signal).catch((reason) => void reasons.push(reason)))
        }
        s.spawn(async () => {
          await turn()
          throw first
        })
        s.spawn(async (signal) => {
          await untilAborted(signal).catch(() => undefined)
          throw new Error('second')
        })
      }),
    )
    expect(error).toBe(first)
    expect(reasons).toHaveLength(3)
    expect(reasons[0]).toBeInstanceOf(SiblingError)
    expect(reasons[0]).toBeInstanceOf(HeddleError)
    expect(reasons[0]).toMatchObject({
      code: 'ERR_HEDDLE_SIBLING',
      cause: first,
      message: 'Another task beside this one failed: Error: first',
    })
  })

  it.each(['a string', undefined, null, Symbol('thrown'), Object.create(null)])(
    'fails by what a child throws at once, be it no Error: %o',
    async (thrown) => {
      let reason: unknown
      const failed = scope((s) => {
        s.spawn(async (signal) => {
          reason = await errorOf(untilAborted(signal))
        })
        s.spawn(() => {
          throw thrown
        })
      })
      expect(await errorOf(failed)).toBe(thrown)
      expect(reason).toMatchObject({ code: 'ERR_HEDDLE_SIBLING', cause: thrown })
    },
  )

  it('fails by an error of a child that the body has caught', async () => {
    const failed = scope(async (s) => {
      await s.spawn(() => Promise.reject(new Error('caught'))).catch(() => undefined)
      return 'value'
    })
    await expect(failed).rejects.toThrow('caught')
  })

  it('settles after all children, also when the body throws', async () => {
    const gate = deferred()
    let cancelled = false
    const failed = scope((s) => {
      s.spawn(async (signal) => {
        await gate.promise
        cancelled = signal.aborted
      })
      throw new Error('of the body')
    })
    failed.catch(() => undefined)
    expect(await hasSettled(failed)).toBe(false)
    gate.resolve()
    await expect(failed).rejects.toThrow('of the body')
    expect(cancelled).toBe(true)
  })

  it('settles after children that are slow to stop', async () => {
    let ended = 0
    const failed = scope((s) => {
      for (let i = 0; i < 5; ++i) s.spawn((signal) => slowToStop(signal, () => ++ended))
      s.spawn(() => Promise.reject(new Error('first')))
    })
    await expect(failed).rejects.toThrow('first')
    expect(ended).toBe(5)
  })

  it('takes no child when it has ended', async () => {
    const late = await scope((s) => s)
    expect(() => late.spawn(() => 1)).toThrow(ClosedError)
    expect(() => late.spawn(() => 1)).toThrow(expect.objectContaining({ code: 'ERR_HEDDLE_CLOSED' }))
    late.cancel()
    expect(late.signal.aborted).toBe(false)
  })

  it('leaves no rejection unhandled that nobody looks at', async () => {
    expect(await runClean('unobserved-tasks')).toBe(
      'scope: first\nall: first\nany: 1\ntimeout: ERR_HEDDLE_TIMEOUT',
    )
  })

  it('passes an error of a nested scope up, and cancels the outer siblings', async () => {
    let stopped = 0
    const failed = scope((s) => {
      s.spawn((signal) => slowToStop(signal, () => ++stopped))
      s.spawn((signal) =>
        scope((inner) => void inner.spawn(() => Promise.reject(new Error('inside'))), { signal }),
      )
    })
    await expect(failed).rejects.toThrow('inside')
    expect(stopped).toBe(1)
  })
})
