import { AbortError, HeddleError, sleep } from 'heddle'
import { describe, expect, it } from 'vitest'
import { runClean } from './fixtures/child.ts'
import { turn } from './fixtures/collect.ts'
import { usage } from './fixtures/internals.ts'

describe('sleep', () => {
  it('resolves to nothing', async () => {
    expect(await sleep(0)).toBeUndefined()
    expect(await sleep(1, {})).toBeUndefined()
    expect(await sleep(1, { signal: undefined })).toBeUndefined()
    expect(await sleep(1, { signal: new AbortController().signal })).toBeUndefined()
  })

  it.each([0, 0.1, 0.5, 1, 1.5, 3.25, 10, 20])('of %d ms is never early', async (ms) => {
    for (let i = 0; i < 10; ++i) {
      const start = process.hrtime.bigint()
      await sleep(ms)
      expect(Number(process.hrtime.bigint() - start)).toBeGreaterThanOrEqual(ms * 1e6)
    }
  })

  it('ends in the order of the deadlines', async () => {
    const order: number[] = []
    const lengths = [30, 10, 20, 0, 25, 5, 15]
    await Promise.all(lengths.map((ms) => sleep(ms).then(() => order.push(ms))))
    expect(order).toEqual([0, 5, 10, 15, 20, 25, 30])
  })

  it('of ten thousand at once: all end, none early', async () => {
    const start = process.hrtime.bigint()
    const lengths = Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 100)
    const early = await Promise.all(
      lengths.map(async (ms) => {
        await sleep(ms)
        return Number(process.hrtime.bigint() - start) < ms * 1e6
      }),
    )
    expect(early.filter(Boolean)).toEqual([])
  })

  it('does not resolve in the turn in which it is called', async () => {
    let over = false
    const sleeping = sleep(0).then(() => {
      over = true
    })
    for (let i = 0; i < 100; ++i) await Promise.resolve()
    expect(over).toBe(false)
    await sleeping
  })

  it('goes on while the thread is busy, and ends right after', async () => {
    const sleeping = sleep(1)
    const until = performance.now() + 20
    while (performance.now() < until);
    await sleeping
  })

  it('keeps the process alive, until it is over', async () => {
    expect(await runClean('sleep-to-the-end')).toBe('slept')
  })
})

describe('sleep checks at the call', () => {
  it.each([undefined, null, '5', true, 5n, {}, [], Symbol('5'), () => 5])('that ms is a number: %o', (ms) => {
    expect(() => sleep(ms as never)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringMatching(/^The "ms" argument must be of type number\. Received /),
      }),
    )
  })

  it.each([-1, -0.001, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 9e9 + 1, 2 ** 53])(
    'that ms is in range: %d',
    (ms) => {
      expect(() => sleep(ms)).toThrow(
        expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }),
      )
    },
  )

  it('and takes the longest sleep there is', async () => {
    const controller = new AbortController()
    const sleeping = sleep(9e9, { signal: controller.signal })
    await turn()
    controller.abort()
    await expect(sleeping).rejects.toBeInstanceOf(AbortError)
  })

  it.each([null, 1, 'options', true, () => 0, []])('that options are an object: %o', (options) => {
    expect(() => sleep(1, options as never)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it.each([null, 1, 'signal', {}, new EventTarget(), () => 0])('that signal is a signal: %o', (signal) => {
    expect(() => sleep(1, { signal: signal as never })).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })
})

describe('sleep with a signal', () => {
  it('that is aborted fails, and begins nothing', async () => {
    const before = usage().timers
    await expect(sleep(1e6, { signal: AbortSignal.abort('the reason') })).rejects.toMatchObject({
      name: 'AbortError',
      code: 'ABORT_ERR',
      cause: 'the reason',
      message: 'The operation was aborted',
    })
    await turn()
    expect(usage().timers).toBe(before)
  })

  it('fails when that is aborted', async () => {
    const controller = new AbortController()
    const sleeping = sleep(1e6, { signal: controller.signal })
    await turn()
    expect(usage().timers).toBeGreaterThan(0)
    controller.abort(new Error('the reason'))
    const error = await sleeping.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toBeInstanceOf(HeddleError)
    expect(error).toHaveProperty('cause.message', 'the reason')
    expect(usage().timers).toBe(0)
  })

  it('fails when that is aborted in the same turn', async () => {
    const controller = new AbortController()
    const sleeping = sleep(1e6, { signal: controller.signal })
    controller.abort()
    await expect(sleeping).rejects.toHaveProperty('code', 'ABORT_ERR')
  })

  it('of AbortSignal.timeout fails with its reason', async () => {
    await expect(sleep(1e6, { signal: AbortSignal.timeout(1) })).rejects.toMatchObject({
      name: 'AbortError',
      cause: { name: 'TimeoutError' },
    })
  })

  it('does not mind an abort after the end', async () => {
    const controller = new AbortController()
    await sleep(0, { signal: controller.signal })
    const next = sleep(1)
    controller.abort()
    await next
  })

  it('may be one of a thousand with the same one', async () => {
    const controller = new AbortController()
    const sleeps = Array.from({ length: 1000 }, () => sleep(1e6, { signal: controller.signal }))
    const all = Promise.allSettled(sleeps)
    await turn()
    controller.abort()
    expect((await all).every(({ status }) => status === 'rejected')).toBe(true)
    expect(usage().timers).toBe(0)
  })

  it('ends once, when abort and deadline meet', async () => {
    for (let i = 0; i < 200; ++i) {
      const controller = new AbortController()
      const sleeping = sleep(0, { signal: controller.signal })
      if (i % 2 === 0) await turn()
      setImmediate(() => controller.abort())
      await sleeping.catch((error) => expect(error).toHaveProperty('code', 'ABORT_ERR'))
    }
    expect(usage().timers).toBe(0)
  })
})
