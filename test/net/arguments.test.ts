import { sleep } from 'heddle'
import { connect, listen, type Socket, toDuplex, toWebStreams } from 'heddle/net'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../fixtures/settled.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { pair } from './pair.ts'

const folder = tempFolder()
const wrongType = { code: 'ERR_INVALID_ARG_TYPE' }
const wrongValue = { code: 'ERR_INVALID_ARG_VALUE' }

function detached<T extends NodeJS.ArrayBufferView>(view: T): T {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] })
  return view
}

describe('adapters', () => {
  it.each([null, undefined, {}, 5])('take no %j for a socket', (value) => {
    expect(() => toDuplex(value as never)).toThrow(expect.objectContaining(wrongType))
    expect(() => toWebStreams(value as never)).toThrow(expect.objectContaining(wrongType))
  })

  it('check their options', async () => {
    await using both = await pair()
    expect(() => toDuplex(both.near, null as never)).toThrow(expect.objectContaining(wrongType))
    expect(() => toDuplex(both.near, { allowHalfOpen: 1 as never })).toThrow(
      expect.objectContaining(wrongType),
    )
  })
})

describe('bytes', () => {
  it('that are none are named by their place', async () => {
    await using both = await pair()
    expect(await errorOf(both.near.writev(['a', 1 as never]))).toMatchObject({
      ...wrongType,
      message: expect.stringContaining('parts[1]'),
    })
    // biome-ignore lint/suspicious/noSparseArray: a hole is what this is about
    expect(await errorOf(both.near.writev([, 'a'] as never))).toMatchObject({
      ...wrongType,
      message: expect.stringContaining('parts[0]'),
    })
  })

  it.each([
    ['a Uint8Array', () => new Uint8Array(8)],
    ['a DataView', () => new DataView(new ArrayBuffer(8))],
    ['a Float64Array', () => new Float64Array(1)],
  ])('of %s that is detached are an error, to read into and to write', async (_, make) => {
    await using both = await pair()
    expect(await errorOf(both.near.readInto(detached(make())))).toMatchObject(wrongValue)
    expect(await errorOf(both.near.write(detached(make())))).toMatchObject(wrongValue)
    expect(await errorOf(both.near.writev([detached(make())]))).toMatchObject(wrongValue)
    expect(await errorOf(both.near.end(detached(make())))).toMatchObject(wrongValue)
    await both.near.end('sound')
    expect(String(await both.far.read())).toBe('sound')
  })
})

describe('names of UNIX sockets', () => {
  it('have no NUL, but for abstract ones', () => {
    for (const path of ['a\0b', 'a\0']) {
      expect(() => listen({ path })).toThrow(expect.objectContaining(wrongValue))
      expect(() => connect({ path })).toThrow(expect.objectContaining(wrongValue))
    }
  })

  it('may be abstract and as long as the system takes them', async () => {
    const name = `\0heddle\0${process.pid}-${process.hrtime.bigint()}-`
    await using both = await pair({ path: name.padEnd(108, 'x') })
    await both.near.write('long')
    expect(String(await both.far.read())).toBe('long')
    expect(await errorOf(listen({ path: name.padEnd(109, 'x') }))).toMatchObject({ code: 'EINVAL' })
  })
})

it('a keep-alive that the socket has no delay for changes nothing', async () => {
  await using both = await pair({ path: folder.fresh('socket') })
  expect(() => both.near.setKeepAlive(true, 1000)).toThrow(/EOPNOTSUPP|ENOTSUP|ENOPROTOOPT/)
})

describe('a signal', () => {
  const inert = { aborted: false }
  const calls: [string, (signal: never, socket: Socket) => unknown][] = [
    ['sleep', (signal) => sleep(1, { signal })],
    ['connect', (signal) => connect({ port: 9, signal })],
    ['read', (signal, socket) => socket.read({ signal })],
    ['write', (signal, socket) => socket.write('x', { signal })],
  ]
  it.each(calls)('of %s must be one', async (_, call) => {
    await using both = await pair()
    for (const signal of [null, 5, {}, inert, { ...inert, addEventListener() {} }, () => inert]) {
      const failed = await errorOf((async () => call(signal as never, both.near))())
      expect(failed).toMatchObject({ ...wrongType, message: expect.stringContaining('AbortSignal') })
    }
  })

  it('may be of another make', async () => {
    const target = new EventTarget()
    let aborted = false
    const signal = {
      get aborted() {
        return aborted
      },
      reason: 'enough',
      addEventListener: target.addEventListener.bind(target),
      removeEventListener: target.removeEventListener.bind(target),
    } as unknown as AbortSignal
    await using both = await pair()
    const reading = both.near.read({ signal })
    const napping = sleep(60_000, { signal })
    aborted = true
    target.dispatchEvent(new Event('abort'))
    expect(await errorOf(reading)).toMatchObject({ name: 'AbortError', cause: 'enough' })
    expect(await errorOf(napping)).toMatchObject({ name: 'AbortError', cause: 'enough' })
  })

  it('that can’t be left takes no result with it', async () => {
    const signal = {
      aborted: false,
      addEventListener() {},
      removeEventListener() {
        throw new Error('stay')
      },
    } as unknown as AbortSignal
    await using both = await pair()
    const reading = both.near.read({ signal })
    await both.far.write('kept')
    expect(String(await reading)).toBe('kept')
    await sleep(0, { signal })
  })

  it('whose listeners fail fails the call, with its own error', async () => {
    await using both = await pair()
    const { port } = both.server.address as { port: number }
    const signal = {
      aborted: false,
      addEventListener() {
        throw new Error('no listeners here')
      },
      removeEventListener() {},
    } as unknown as AbortSignal
    expect(await errorOf(connect({ host: '127.0.0.1', port, signal }))).toMatchObject({
      message: 'no listeners here',
    })
  })
})
