import { getEventListeners } from 'node:events'
import { Channel } from 'heddle'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../fixtures/settled.ts'

const value = (of: unknown) => ({ done: false, value: of })

describe('Channel with a signal', () => {
  it('that is aborted sends and receives nothing', async () => {
    const channel = new Channel<number>(2)
    const signal = AbortSignal.abort('before')
    expect(await errorOf(channel.send(1, { signal }))).toMatchObject({ code: 'ABORT_ERR', cause: 'before' })
    expect(channel.size).toBe(0)
    channel.trySend(2)
    expect(await errorOf(channel.receive({ signal }))).toMatchObject({ code: 'ABORT_ERR' })
    expect(channel.size).toBe(1)
  })

  it.each(['receive', 'abort'])(
    'of a value and an abort lets the first decide for a sender: %s',
    async (first) => {
      const channel = new Channel<number>(0)
      const controller = new AbortController()
      const sent = channel.send(1, { signal: controller.signal }).then(
        () => true,
        () => false,
      )
      if (first === 'abort') controller.abort()
      const received = channel.tryReceive()
      controller.abort()
      expect(await sent).toBe(first === 'receive')
      expect(received).toEqual(first === 'receive' ? value(1) : undefined)
    },
  )

  it.each(['send', 'abort'])(
    'of a value and an abort lets the first decide for a receiver: %s',
    async (first) => {
      const channel = new Channel<number>(0)
      const controller = new AbortController()
      const received = channel.receive({ signal: controller.signal }).then(
        (result) => result.value,
        () => 'aborted',
      )
      if (first === 'abort') controller.abort()
      const sent = channel.trySend(1)
      controller.abort()
      expect(sent).toBe(first === 'send')
      expect(await received).toBe(first === 'send' ? 1 : 'aborted')
    },
  )

  it('gives no value to a receiver whose signal is aborted, also before the channel hears of it', async () => {
    const channel = new Channel<number>(0)
    const controller = new AbortController()
    let sent: boolean | undefined
    controller.signal.addEventListener('abort', () => {
      sent = channel.trySend(1)
    })
    const receiving = channel.receive({ signal: controller.signal })
    const other = channel.receive()
    controller.abort()
    expect(sent).toBe(true)
    expect(await errorOf(receiving)).toHaveProperty('code', 'ABORT_ERR')
    expect(await other).toEqual(value(1))
  })

  it('takes one out of the middle', async () => {
    const channel = new Channel<string>(0)
    const controller = new AbortController()
    const sends = Promise.allSettled([
      channel.send('a'),
      channel.send('b', { signal: controller.signal }),
      channel.send('c'),
    ])
    controller.abort()
    expect([channel.tryReceive(), channel.tryReceive(), channel.tryReceive()]).toEqual([
      value('a'),
      value('c'),
      undefined,
    ])
    expect((await sends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('that a hundred thousand share has one listener, and none when they are gone', async () => {
    const channel = new Channel<number>(0)
    const controller = new AbortController()
    const { signal } = controller
    const receiving = Promise.allSettled(Array.from({ length: 100_000 }, () => channel.receive({ signal })))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (let i = 0; i < 50_000; ++i) expect(channel.trySend(i)).toBe(true)
    controller.abort()
    const outcomes = await receiving
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(50_000)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('leaves no listener on it', async () => {
    const channel = new Channel<number>(0)
    const { signal } = new AbortController()
    const receiving = channel.receive({ signal })
    channel.trySend(1)
    await receiving
    const sending = channel.send(2, { signal })
    channel.tryReceive()
    await sending
    const closed = [channel.receive({ signal }), channel.receive({ signal })]
    channel.close()
    await Promise.all(closed)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('Channel checks at the call', () => {
  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'that the capacity is in range: %d',
    (capacity) => {
      expect(() => new Channel(capacity)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
    },
  )

  it.each([undefined, '1', null])('that the capacity is a number: %o', (capacity) => {
    expect(() => new Channel(capacity as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it.each([null, 5, { signal: null }, { signal: {} }])('that options are right: %o', (options) => {
    const channel = new Channel<number>(1)
    const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(() => channel.send(1, options as never)).toThrow(wrong)
    expect(() => channel.receive(options as never)).toThrow(wrong)
    expect(() => channel.values(options as never)).toThrow(wrong)
    expect(channel.size).toBe(0)
  })
})
