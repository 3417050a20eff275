import { AbortError, Channel, ClosedError, scope } from 'heddle'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'

const end = { done: true, value: undefined }
const value = (of: unknown) => ({ done: false, value: of })

describe('Channel', () => {
  it('gives values in order', async () => {
    const channel = new Channel<number>(3)
    for (const number of [1, 2, 3]) await channel.send(number)
    expect(channel.size).toBe(3)
    expect(channel.capacity).toBe(3)
    for (const number of [1, 2, 3]) expect(await channel.receive()).toEqual(value(number))
    expect(channel.size).toBe(0)
  })

  it('takes any value, undefined too', async () => {
    const channel = new Channel<unknown>(1)
    for (const any of [undefined, null, 0, '', Promise.resolve(1)]) {
      channel.trySend(any)
      expect(channel.tryReceive()?.value).toBe(any)
    }
  })

  it('tries without waiting', () => {
    const channel = new Channel<number>(1)
    expect(channel.tryReceive()).toBeUndefined()
    expect(channel.trySend(1)).toBe(true)
    expect(channel.trySend(2)).toBe(false)
    channel.close()
    expect(() => channel.trySend(2)).toThrow(ClosedError)
    expect(channel.tryReceive()).toEqual(value(1))
    expect(channel.tryReceive()).toEqual(end)
  })

  it.each([0, 1, 4, 100])('of %d lets senders wait while there is no room', async (capacity) => {
    const channel = new Channel<number>(capacity)
    let sent = 0
    for (let i = 0; i < 120; ++i) channel.send(i).then(() => ++sent)
    await turn()
    expect(sent).toBe(capacity)
    expect(channel.size).toBe(capacity)
    for (let i = 0; i < 120; ++i) {
      expect(channel.tryReceive()).toEqual(value(i))
      await turn()
      expect(sent).toBe(Math.min(120, capacity + i + 1))
    }
    expect(channel.tryReceive()).toBeUndefined()
  })

  it('of 0 ends a send when the value has been received', async () => {
    const channel = new Channel<string>(0)
    expect(channel.trySend('nobody receives')).toBe(false)
    const sending = channel.send('value')
    expect(await hasSettled(sending)).toBe(false)
    expect(channel.size).toBe(0)
    expect(await channel.receive()).toEqual(value('value'))
    await sending
    const receiving = channel.receive()
    expect(channel.trySend('at once')).toBe(true)
    expect(await receiving).toEqual(value('at once'))
  })

  it('serves receivers first come, first served', async () => {
    const channel = new Channel<number>(2)
    const served: string[] = []
    const receivers = ['a', 'b', 'c'].map(async (name) => {
      served.push(`${name}${(await channel.receive()).value}`)
    })
    for (const number of [1, 2, 3]) await channel.send(number)
    await Promise.all(receivers)
    expect(served).toEqual(['a1', 'b2', 'c3'])
  })

  it('lets no new sender overtake those that wait', async () => {
    const channel = new Channel<number>(1)
    const sends = [1, 2, 3].map((number) => channel.send(number))
    expect(channel.tryReceive()).toEqual(value(1))
    expect(channel.trySend(4)).toBe(false)
    const last = channel.send(4)
    for (const number of [2, 3, 4]) expect(await channel.receive()).toEqual(value(number))
    await Promise.all([...sends, last])
  })

  it('can be long', async () => {
    const channel = new Channel<number>(100_000)
    for (let i = 0; i < 100_000; ++i) channel.trySend(i)
    let sum = 0
    for (let i = 0; i < 50_000; ++i) sum += channel.tryReceive()?.value ?? Number.NaN
    for (let i = 0; i < 50_000; ++i) channel.trySend(i)
    channel.close()
    for await (const number of channel) sum += number
    expect(sum).toBe((99_999 * 100_000) / 2 + (49_999 * 50_000) / 2)
  })
})

describe('Channel.close', () => {
  it('sends waiting senders away; what was sent is still received', async () => {
    const channel = new Channel<number>(1)
    const sends = [1, 2, 3].map((number) => channel.send(number))
    const outcomes = Promise.allSettled(sends)
    channel.close()
    channel.close()
    expect(channel.closed).toBe(true)
    const [first, ...others] = await outcomes
    expect(first?.status).toBe('fulfilled')
    for (const other of others) {
      expect(other).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HEDDLE_CLOSED' } })
    }
    expect(await channel.receive()).toEqual(value(1))
    expect(await channel.receive()).toEqual(end)
    expect(await channel.receive()).toEqual(end)
  })

  it('ends waiting receivers', async () => {
    const channel = new Channel<number>(0)
    const receivers = [channel.receive(), channel.receive()]
    channel.close()
    expect(await Promise.all(receivers)).toEqual([end, end])
  })

  it('makes a send fail', async () => {
    const channel = new Channel<number>(1)
    channel.close()
    const error = await errorOf(channel.send(1))
    expect(error).toBeInstanceOf(ClosedError)
    expect(error).toMatchObject({ name: 'ClosedError', message: 'The channel is closed' })
  })
})

describe('Channel as an iterable', () => {
  it('gives everything until it is closed', async () => {
    const channel = new Channel<number>(2)
    const seen: number[] = []
    await scope((s) => {
      s.spawn(async () => {
        for await (const number of channel) seen.push(number)
      })
      s.spawn(async () => {
        for (let i = 0; i < 10; ++i) await channel.send(i)
        channel.close()
      })
    })
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('loses nothing and stays open when a loop is left', async () => {
    const channel = new Channel<number>(5)
    for (let i = 0; i < 5; ++i) channel.trySend(i)
    for await (const number of channel) if (number === 1) break
    expect(channel.closed).toBe(false)
    channel.close()
    const rest: number[] = []
    for await (const number of channel) rest.push(number)
    expect(rest).toEqual([2, 3, 4])
  })

  it('ends a loop with an AbortError when its signal is aborted', async () => {
    const channel = new Channel<number>(1)
    const controller = new AbortController()
    const seen: number[] = []
    const loop = async () => {
      for await (const number of channel.values({ signal: controller.signal })) seen.push(number)
    }
    const looping = loop()
    channel.trySend(1)
    await turn()
    controller.abort()
    await expect(looping).rejects.toBeInstanceOf(AbortError)
    expect(seen).toEqual([1])
  })
})
