import { getEventListeners } from 'node:events'
import { AbortError, type Permit, Semaphore } from 'heddle'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'

describe('Semaphore', () => {
  it('gives permits, and takes each back once', () => {
    const semaphore = new Semaphore(3)
    const two = semaphore.tryAcquire(2) as Permit
    expect(two.permits).toBe(2)
    expect(semaphore.available).toBe(1)
    expect(semaphore.tryAcquire(2)).toBeUndefined()
    two.release()
    expect(semaphore.available).toBe(3)
    two.release()
    two[Symbol.dispose]()
    expect(semaphore.available).toBe(3)
  })

  it('takes a permit back at the end of the block', async () => {
    const semaphore = new Semaphore(1)
    {
      using permit = await semaphore.acquire()
      expect(permit.permits).toBe(1)
      expect(semaphore.available).toBe(0)
    }
    expect(semaphore.available).toBe(1)
  })

  it('lets those wait for whom there are too few, first come, first served', async () => {
    const semaphore = new Semaphore(2)
    const turns: number[] = []
    const enter = async (number: number) => {
      using _permit = await semaphore.acquire()
      turns.push(number)
      await turn()
    }
    await Promise.all(Array.from({ length: 10 }, (_, i) => enter(i)))
    expect(turns).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(semaphore.available).toBe(2)
  })

  it('lets no small request overtake a large one', async () => {
    const semaphore = new Semaphore(3)
    const one = await semaphore.acquire()
    const three = semaphore.acquire({ permits: 3 })
    const small = semaphore.acquire()
    expect(await hasSettled(small)).toBe(false)
    expect(semaphore.available).toBe(2)
    expect(semaphore.tryAcquire()).toBeUndefined()
    one.release()
    ;(await three).release()
    ;(await small).release()
    expect(semaphore.available).toBe(3)
  })

  it('lets the small ones behind go on when a large request is aborted', async () => {
    const semaphore = new Semaphore(3)
    const controller = new AbortController()
    const two = await semaphore.acquire({ permits: 2 })
    const three = semaphore.acquire({ permits: 3, signal: controller.signal })
    const small = semaphore.acquire()
    expect(await hasSettled(small)).toBe(false)
    controller.abort('enough')
    expect(await errorOf(three)).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    expect((await small).permits).toBe(1)
    two.release()
    expect(semaphore.available).toBe(2)
  })
})

describe('Semaphore.run', () => {
  it('holds a permit while the task runs, however it ends', async () => {
    const semaphore = new Semaphore(2)
    const available = () => semaphore.available
    expect(await semaphore.run(available)).toBe(1)
    expect(await semaphore.run(async () => available(), { permits: 2 })).toBe(0)
    await expect(semaphore.run(() => Promise.reject(new Error('inside')))).rejects.toThrow('inside')
    await expect(
      semaphore.run(() => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
    expect(semaphore.available).toBe(2)
  })

  it('does not run what is aborted before its turn', async () => {
    const semaphore = new Semaphore(1)
    const permit = await semaphore.acquire()
    const controller = new AbortController()
    let ran = false
    const running = semaphore.run(
      () => {
        ran = true
      },
      { signal: controller.signal },
    )
    controller.abort()
    permit.release()
    await expect(running).rejects.toBeInstanceOf(AbortError)
    expect(ran).toBe(false)
    expect(semaphore.available).toBe(1)
  })
})

describe('Semaphore with a signal', () => {
  it('that is aborted gives nothing, also when permits are free', async () => {
    const semaphore = new Semaphore(1)
    const signal = AbortSignal.abort('before')
    expect(await errorOf(semaphore.acquire({ signal }))).toMatchObject({ code: 'ABORT_ERR', cause: 'before' })
    expect(semaphore.available).toBe(1)
  })

  it.each(['release', 'abort'])('of a release and an abort lets the first decide: %s', async (first) => {
    const semaphore = new Semaphore(1)
    const permit = await semaphore.acquire()
    const controller = new AbortController()
    const acquiring = semaphore.acquire({ signal: controller.signal }).then(
      (acquired) => acquired,
      () => undefined,
    )
    if (first === 'release') permit.release()
    controller.abort()
    permit.release()
    const acquired = await acquiring
    expect(acquired !== undefined).toBe(first === 'release')
    acquired?.release()
    expect(semaphore.available).toBe(1)
  })

  it('gives none to another whose signal is the same one', async () => {
    const semaphore = new Semaphore(2)
    const controller = new AbortController()
    const { signal } = controller
    const held = await semaphore.acquire()
    const waiting = Promise.allSettled([
      semaphore.acquire({ permits: 2, signal }),
      semaphore.acquire({ signal }),
      semaphore.acquire(),
    ])
    controller.abort()
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    held.release()
    expect(semaphore.available).toBe(1)
  })

  it('that a hundred thousand share ends them all', async () => {
    const semaphore = new Semaphore(1)
    const controller = new AbortController()
    const { signal } = controller
    const permit = await semaphore.acquire()
    const waiting = Promise.allSettled(Array.from({ length: 100_000 }, () => semaphore.acquire({ signal })))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    controller.abort()
    expect((await waiting).every(({ status }) => status === 'rejected')).toBe(true)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    permit.release()
    expect(semaphore.available).toBe(1)
  })

  it('leaves no listener on it', async () => {
    const semaphore = new Semaphore(1)
    const { signal } = new AbortController()
    const turns = Array.from({ length: 10 }, () => semaphore.run(() => turn(), { signal }))
    await Promise.all(turns)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('Semaphore checks at the call', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'that there is a count of permits: %d',
    (permits) => {
      expect(() => new Semaphore(permits)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
    },
  )

  it.each([0, -1, 1.5, 4])('that a request can be met: %d of 3', (permits) => {
    const semaphore = new Semaphore(3)
    const wrong = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' })
    expect(() => semaphore.acquire({ permits })).toThrow(wrong)
    expect(() => semaphore.tryAcquire(permits)).toThrow(wrong)
    expect(() => semaphore.run(() => 1, { permits })).toThrow(wrong)
    expect(semaphore.available).toBe(3)
  })

  it('that the task is a function, before it takes anything', () => {
    const semaphore = new Semaphore(1)
    expect(() => semaphore.run(5 as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
    expect(semaphore.available).toBe(1)
  })
})
