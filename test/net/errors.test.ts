import { once } from 'node:events'
import { type AddressInfo, createServer, connect as nodeConnect } from 'node:net'
import { AbortError, ClosedError, TimeoutError } from 'heddle'
import { connect, listen, SocketError } from 'heddle/net'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { outcomeOf } from '../fixtures/outcome.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { blackHole } from './black-hole.ts'
import { loopback, overfill, pair, portOf } from './pair.ts'

const folder = tempFolder()

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  await using server = await listen({ host: loopback })
  return portOf(server)
}

/** How node:net fails for the same connect or listen. */
async function nodeOutcome(kind: 'connect' | 'listen', options: object) {
  return outcomeOf(async () => {
    const emitter = kind === 'connect' ? nodeConnect(options as never) : createServer().listen(options)
    const [error] = (await once(emitter, 'error')) as [Error]
    throw error
  })
}

describe('errors are those of node:net', () => {
  it('connect: nobody listens', async () => {
    const options = { host: loopback, port: await freePort() }
    const ours = await outcomeOf(() => connect(options))
    expect(ours).toEqual(await nodeOutcome('connect', options))
    expect(await errorOf(connect(options))).toBeInstanceOf(SocketError)
  })

  it('connect: no such path', async () => {
    const options = { path: folder.fresh('missing') }
    expect(await outcomeOf(() => connect(options))).toEqual(await nodeOutcome('connect', options))
  })

  it('connect: the local port is taken', async () => {
    await using server = await listen({ host: loopback })
    await using other = await listen({ host: loopback })
    const options = {
      host: loopback,
      port: portOf(server),
      localAddress: loopback,
      localPort: portOf(other),
    }
    const ours = await outcomeOf(() => connect(options))
    expect(ours).toEqual(await nodeOutcome('connect', options))
    expect(ours).toMatchObject({ rejected: { message: `bind EADDRINUSE ${loopback}:${portOf(other)}` } })
  })

  it('connect: a local address that is not of this host', async () => {
    await using server = await listen({ host: loopback })
    const options = { host: loopback, port: portOf(server), localAddress: '192.0.2.1' }
    expect(await outcomeOf(() => connect(options))).toEqual(await nodeOutcome('connect', options))
  })

  it('connect: a local address that is none', async () => {
    const options = { host: loopback, port: 1, localAddress: 'nonsense' }
    expect(await outcomeOf(() => connect(options))).toEqual(
      await outcomeOf(() => nodeConnect(options as never)),
    )
    expect(() => connect(options)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_IP_ADDRESS' }))
  })

  it('connect: an empty host is this one', async () => {
    await using server = await listen({ host: 'localhost' })
    await using socket = await connect({ host: '', localAddress: '', port: portOf(server) })
    expect(socket.remoteAddress).toMatchObject({ port: portOf(server) })
  })

  it('listen: the port is taken', async () => {
    await using server = await listen({ host: loopback })
    const options = { host: loopback, port: portOf(server) }
    expect(await outcomeOf(() => listen(options))).toEqual(await nodeOutcome('listen', options))
  })

  it('listen: the path is taken', async () => {
    const path = folder.fresh('taken')
    await using _server = await listen({ path })
    expect(await outcomeOf(() => listen({ path }))).toEqual(await nodeOutcome('listen', { path }))
  })

  it('a path that is too long', async () => {
    const path = folder.fresh('x'.repeat(120))
    expect(await errorOf(listen({ path }))).toMatchObject({
      code: 'EINVAL',
      syscall: 'listen',
      address: path,
    })
    expect(await errorOf(connect({ path }))).toMatchObject({
      code: 'EINVAL',
      syscall: 'connect',
      address: path,
    })
  })

  it('a host that can’t be', async () => {
    const error = await errorOf(connect({ host: 'not a host', port: 1 }))
    expect(error).toMatchObject({ syscall: 'getaddrinfo', hostname: 'not a host' })
  })

  it('a peer that resets the connection', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    server.listen(0, loopback)
    await once(server, 'listening')
    await using socket = await connect({ host: loopback, port: (server.address() as AddressInfo).port })
    const read = socket.read()
    await socket.write('reset me')
    expect(await outcomeOf(() => read)).toMatchObject({
      rejected: { message: 'read ECONNRESET', shown: { code: 'ECONNRESET', errno: -104, syscall: 'read' } },
    })
    expect(await errorOf(socket.read())).toMatchObject({ code: 'ECONNRESET' })
    const failed = await errorOf(socket.write('too late'))
    expect(failed).toMatchObject({
      syscall: 'write',
      message: expect.stringMatching(/^write (EPIPE|ECONNRESET)$/),
    })
    server.close()
  })
})

describe('what ends a wait', () => {
  it('a signal, and what arrives later is there for others', async () => {
    await using both = await pair()
    const controller = new AbortController()
    const { signal } = controller
    const waits = [
      both.far.read({ signal }),
      both.far.readInto(Buffer.alloc(1), { signal }),
      both.server.accept({ signal }),
    ]
    controller.abort('enough')
    for (const wait of waits) {
      const error = await errorOf(wait)
      expect(error).toBeInstanceOf(AbortError)
      expect(error).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    }
    await both.near.write('late')
    expect(String(await both.far.read())).toBe('late')
    for (const use of [
      () => both.far.read({ signal }),
      () => both.far.write('x', { signal }),
      () => connect({ port: 1, signal }),
    ]) {
      expect(await errorOf(use())).toBeInstanceOf(AbortError)
    }
  })

  it('a timeout', async () => {
    await using both = await pair()
    const error = await errorOf(both.far.read({ timeout: 5 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ ms: 5 })
    expect(await errorOf(both.server.accept({ timeout: 1 }))).toBeInstanceOf(TimeoutError)
    const { write } = overfill(both.near)
    write.catch(() => undefined)
    expect(await errorOf(both.near.write('never', { timeout: 5 }))).toBeInstanceOf(TimeoutError)
  })

  it('a signal, or a timeout, ends a connect that nobody answers, and leaves nothing', async () => {
    const hole = await blackHole('127.0.0.2')
    const { sockets } = usage()
    const options = { host: '127.0.0.2', port: portOf(hole) }
    const controller = new AbortController()
    const connecting = connect({ ...options, signal: controller.signal })
    const late = errorOf(connect({ ...options, timeout: 5 }))
    const both = errorOf(connect({ ...options, timeout: 60_000, signal: controller.signal }))
    expect(await hasSettled(connecting)).toBe(false)
    controller.abort('enough')
    for (const error of [await errorOf(connecting), await both]) {
      expect(error).toBeInstanceOf(AbortError)
      expect(error).toMatchObject({ cause: 'enough' })
    }
    expect(await late).toBeInstanceOf(TimeoutError)
    expect(await late).toMatchObject({ ms: 5 })
    await turn()
    expect(usage()).toMatchObject({ sockets, requests: 0, timers: 0 })
  })

  it.each(['signal', 'timeout'] as const)('a %s ends an end that waits', async (by) => {
    await using both = await pair()
    const { write, bytes } = overfill(both.near)
    const controller = new AbortController()
    const ending = both.near.end(undefined, by === 'signal' ? { signal: controller.signal } : { timeout: 5 })
    if (by === 'signal') {
      expect(await hasSettled(ending)).toBe(false)
      controller.abort()
    }
    expect(await errorOf(ending)).toBeInstanceOf(by === 'signal' ? AbortError : TimeoutError)
    // What was before it goes on.
    let left = bytes
    for await (const chunk of both.far) {
      left -= chunk.length
      if (left === 0) break
    }
    await write
  })

  it('a signal ends a write that waits', async () => {
    await using both = await pair()
    const controller = new AbortController()
    overfill(both.near).write.catch(() => undefined)
    const write = both.near.write('never', { signal: controller.signal })
    expect(await hasSettled(write)).toBe(false)
    controller.abort()
    expect(await errorOf(write)).toBeInstanceOf(AbortError)
  })
})

describe('close', () => {
  it('ends everything that waits', async () => {
    const both = await pair()
    const reads = [both.far.read(), both.far.readInto(Buffer.alloc(1)), both.far.read()]
    const { write } = overfill(both.near)
    const end = both.near.end()
    const accepts = [both.server.accept(), both.server.accept()]
    const closed = [both.near.close(), both.far.close(), both.server.close()]
    expect(both.near.closed && both.far.closed && both.server.closed).toBe(true)
    for (const outcome of await Promise.allSettled([...reads, write, end, ...accepts])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ClosedError) })
    }
    await Promise.all(closed)
    expect(both.near.close()).toBe(closed[0])
  })

  it('leaves nothing to be used', async () => {
    const both = await pair()
    await both[Symbol.asyncDispose]()
    const { near, server } = both
    const uses = [
      () => near.read(),
      () => near.readInto(Buffer.alloc(1)),
      () => near.write('x'),
      () => near.end(),
      () => server.accept(),
    ]
    for (const use of uses) expect(await errorOf(use())).toBeInstanceOf(ClosedError)
    expect(() => near.setNoDelay()).toThrow(ClosedError)
    for await (const _ of server) expect.unreachable()
  })

  it('delivers what the system has taken', async () => {
    await using both = await pair()
    await both.near.write('parting')
    await both.near.close()
    expect(String(await both.far.read())).toBe('parting')
    expect(await both.far.read()).toBeNull()
  })

  it('of a server ends its iteration, and leaves connections open', async () => {
    await using both = await pair()
    const iterated = (async () => {
      let count = 0
      for await (const _ of both.server) ++count
      return count
    })()
    await both.server.close()
    expect(await iterated).toBe(0)
    await both.near.write('still here')
    expect(String(await both.far.read())).toBe('still here')
    expect(await errorOf(connect({ host: loopback, port: portOf(both.server) }))).toMatchObject({
      code: 'ECONNREFUSED',
    })
  })

  it('of a server ends connections that nobody has taken', async () => {
    const server = await listen({ host: loopback })
    const taken = server.accept()
    const sockets = await Promise.all([1, 2, 3].map(() => connect({ host: loopback, port: portOf(server) })))
    await (await taken).close()
    await server.close()
    for (const socket of sockets) {
      const end = await socket.read().catch((error: SocketError) => error.code)
      expect(end === null || end === 'ECONNRESET').toBe(true)
      await socket.close()
    }
  })
})

describe('arguments', () => {
  const wrong: [string, () => unknown, string][] = [
    ['a port that is none', () => listen({ port: 65_536 }), 'ERR_OUT_OF_RANGE'],
    ['a port that is text', () => connect({ port: '80' as never }), 'ERR_INVALID_ARG_TYPE'],
    ['no port', () => connect({}), 'ERR_INVALID_ARG_TYPE'],
    ['options that are none', () => listen(null as never), 'ERR_INVALID_ARG_TYPE'],
    ['an empty path', () => listen({ path: '' }), 'ERR_INVALID_ARG_VALUE'],
    ['a path and a port', () => connect({ path: '/x', port: 1 }), 'ERR_INVALID_ARG_VALUE'],
    ['a host that is a number', () => connect({ host: 1 as never, port: 1 }), 'ERR_INVALID_ARG_TYPE'],
    ['a signal that is none', () => connect({ port: 1, signal: {} as never }), 'ERR_INVALID_ARG_TYPE'],
    ['a timeout below 0', () => connect({ port: 1, timeout: -1 }), 'ERR_OUT_OF_RANGE'],
    ['a backlog that is text', () => listen({ backlog: '1' as never }), 'ERR_INVALID_ARG_TYPE'],
    ['a high-water mark of 0', () => listen({ highWaterMark: 0 }), 'ERR_OUT_OF_RANGE'],
  ]

  it.each(wrong)('%s: throws at the call', async (_, use, code) => {
    expect(await outcomeOf(use)).toMatchObject({ threw: { shown: { code } } })
  })

  it('of a socket: reject', async () => {
    await using both = await pair()
    const { near } = both
    const uses = [
      () => near.write(1 as never),
      () => near.end({} as never),
      () => near.readInto('x' as never),
      () => near.read({ signal: 1 as never }),
    ]
    for (const use of uses) expect(await errorOf(use())).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(() => near.setNoDelay('x' as never)).toThrow(TypeError)
    near.setNoDelay(false)
    near.setKeepAlive(true, 30_000)
  })
})
