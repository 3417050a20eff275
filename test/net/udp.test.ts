import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { AbortError, ClosedError, TimeoutError } from 'heddle'
import { bind, type Datagram, SocketError, type UdpSocket } from 'heddle/net'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { loopback } from './pair.ts'

const here = { host: loopback }

/** Where to reach a socket. */
function at(socket: UdpSocket) {
  return { port: socket.address.port, address: socket.address.address }
}

async function closeAll(...sockets: UdpSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.close()))
}

describe('datagrams', () => {
  it('arrive whole, with who sent them, the empty one too', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    const messages = ['one', '', 'three']
    for (const message of messages) await a.send(message, at(b))
    for (const message of messages) {
      const { data, ...sender } = await b.receive()
      expect(String(data)).toBe(message)
      expect(sender).toEqual({ address: loopback, family: 'IPv4', port: a.address.port })
    }
    await closeAll(a, b)
  })

  it('go back to their sender', async () => {
    await using server = await bind(here)
    await using client = await bind(here)
    const served = (async () => {
      for await (const datagram of server) await server.send(datagram.data, datagram)
    })()
    for (let i = 0; i < 100; ++i) {
      await client.send(`message ${i}`, at(server))
      expect(String((await client.receive()).data)).toBe(`message ${i}`)
    }
    await server.close()
    await served
  })

  it('of the longest kind', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    const longest = Buffer.alloc(65_507, 'longest ')
    await a.send(longest, at(b))
    expect((await b.receive()).data.equals(longest)).toBe(true)
    await closeAll(a, b)
  })

  it('are exchanged with node:dgram', async () => {
    await using ours = await bind(here)
    const theirs = createSocket('udp4')
    theirs.bind(0, loopback)
    await once(theirs, 'listening')
    const message = once(theirs, 'message') as Promise<[Buffer, RemoteInfo]>
    await ours.send(Buffer.from('to node'), { port: theirs.address().port })
    const [data, { address, port }] = await message
    expect([String(data), address, port]).toEqual(['to node', loopback, ours.address.port])
    theirs.send('from node', ours.address.port, loopback)
    expect(String((await ours.receive()).data)).toBe('from node')
    theirs.close()
  })

  it('between IPv6 addresses, and from a socket for both to IPv4', async () => {
    const [a, b] = [await bind({ host: '::1' }), await bind({ host: '::1' })]
    await a.send('six', { port: b.address.port })
    const { data, ...sender } = await b.receive()
    expect(String(data)).toBe('six')
    expect(sender).toEqual({ address: '::1', family: 'IPv6', port: a.address.port })

    const [both, four] = [await bind(), await bind(here)]
    expect(both.address).toMatchObject({ address: '::', family: 'IPv6' })
    await both.send('mapped', at(four))
    const mapped = await four.receive()
    expect(String(mapped.data)).toBe('mapped')
    await four.send('answer', mapped)
    const answer = await both.receive()
    expect(answer).toMatchObject({ address: `::ffff:${loopback}`, family: 'IPv6' })
    await both.send('again', answer)
    expect(String((await four.receive()).data)).toBe('again')
    await closeAll(a, b, both, four)
  })

  it('go to a host by its name', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    await a.send('by name', { port: b.address.port, address: 'localhost' })
    expect(String((await b.receive()).data)).toBe('by name')
    expect(await errorOf(a.send('', { port: 1, address: 'not a host' }))).toMatchObject({
      syscall: 'getaddrinfo',
    })
    await closeAll(a, b)
  })

  it('are given to those who wait in the order of their calls', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    const waits = Array.from({ length: 5 }, () => b.receive())
    for (let i = 0; i < 5; ++i) await a.send(String(i), at(b))
    expect((await Promise.all(waits)).map(({ data }) => String(data))).toEqual(['0', '1', '2', '3', '4'])
    await closeAll(a, b)
  })
})

describe('a connected socket', () => {
  it('sends to its peer and hears no other', async () => {
    const [a, b, stranger] = [await bind(here), await bind(here), await bind(here)]
    await a.connect(at(b))
    expect(a.remoteAddress).toEqual({ address: loopback, family: 'IPv4', port: b.address.port })
    await a.send('to the peer')
    expect(String((await b.receive()).data)).toBe('to the peer')
    await stranger.send('unheard', at(a))
    await b.send('heard', at(a))
    expect(String((await a.receive()).data)).toBe('heard')
    a.disconnect()
    expect(a.remoteAddress).toBeUndefined()
    // With the port that it had before.
    await stranger.send('heard now', at(a))
    expect(String((await a.receive()).data)).toBe('heard now')
    await closeAll(a, b, stranger)
  })

  it('is told when nobody is there, and goes on', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    await a.connect(at(b))
    await b.close()
    const wait = a.receive()
    await a.send('is anybody there?')
    const error = await errorOf(wait)
    expect(error).toBeInstanceOf(SocketError)
    expect(error).toMatchObject({
      message: 'recvmsg ECONNREFUSED',
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'recvmsg',
    })
    const again = await bind({ ...here, port: (a.remoteAddress as { port: number }).port })
    await a.send('now?')
    await again.send('yes', await again.receive())
    expect(String((await a.receive()).data)).toBe('yes')
    await closeAll(a, again)
  })

  it('takes no destination, and one that is not connected needs it', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    expect(await errorOf(a.send('x'))).toMatchObject({ code: 'ERR_SOCKET_DGRAM_NOT_CONNECTED' })
    expect(() => a.disconnect()).toThrow(expect.objectContaining({ code: 'ERR_SOCKET_DGRAM_NOT_CONNECTED' }))
    await a.connect(at(b))
    const code = 'ERR_SOCKET_DGRAM_IS_CONNECTED'
    expect(await errorOf(a.send('x', at(b)))).toMatchObject({ code })
    expect(await errorOf(a.connect(at(b)))).toMatchObject({ code })
    await closeAll(a, b)
  })
})

describe('errors are those of node:dgram', () => {
  const parts = ({
    message,
    code,
    errno,
    syscall,
    address,
    port,
  }: NodeJS.ErrnoException & Partial<RemoteInfo>) => ({
    message,
    code,
    errno,
    syscall,
    address,
    port,
  })

  it('send: too long', async () => {
    await using socket = await bind(here)
    const bytes = Buffer.alloc(65_508)
    const theirs = createSocket('udp4')
    const error = await new Promise<Error>((resolve) => {
      theirs.send(bytes, 9, loopback, (failed) => resolve(failed as Error))
    })
    theirs.close()
    const ours = await errorOf(socket.send(bytes, { port: 9, address: loopback }))
    expect(parts(ours as never)).toEqual(parts(error as never))
    expect(ours).toMatchObject({ code: 'EMSGSIZE', syscall: 'send', address: loopback, port: 9 })
  })

  it('bind: the port is taken, and the address is not ours', async () => {
    await using taken = await bind(here)
    for (const [host, port] of [
      [loopback, taken.address.port],
      ['192.0.2.1', 0],
    ] as const) {
      const theirs = createSocket('udp4')
      theirs.bind(port, host)
      const [error] = (await once(theirs, 'error')) as [Error]
      theirs.close()
      expect(parts((await errorOf(bind({ host, port }))) as never)).toEqual(parts(error as never))
    }
  })

  it('addMembership: no group', async () => {
    await using socket = await bind(here)
    const theirs = createSocket('udp4')
    theirs.bind(0, loopback)
    await once(theirs, 'listening')
    let failed: unknown
    try {
      theirs.addMembership('10.0.0.1')
    } catch (error) {
      failed = error
    }
    theirs.close()
    expect(() => socket.addMembership('10.0.0.1')).toThrow((failed as Error).message)
  })

  it('what is no address, port or option', async () => {
    await using socket = await bind(here)
    expect(() => bind({ port: 65_536 })).toThrow(RangeError)
    expect(() => bind({ host: 1 as never })).toThrow(TypeError)
    expect(() => bind({ reuseAddr: 'yes' as never })).toThrow(TypeError)
    expect(await errorOf(socket.send('x', { port: 0 }))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    expect(await errorOf(socket.send(1 as never, { port: 1 }))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    })
    expect(() => socket.setTTL(0)).toThrow(RangeError)
  })
})

describe('what ends a wait', () => {
  it('a signal, and what arrives later is there for others', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    const controller = new AbortController()
    const wait = b.receive({ signal: controller.signal })
    const other = b.receive()
    controller.abort('enough')
    const error = await errorOf(wait)
    expect(error).toBeInstanceOf(AbortError)
    expect(error).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    await a.send('late', at(b))
    expect(String((await other).data)).toBe('late')
    const aborted = AbortSignal.abort()
    for (const call of [
      b.receive({ signal: aborted }),
      b.send('x', at(a), { signal: aborted }),
      b.connect(at(a), { signal: aborted }),
      bind({ signal: aborted }),
    ]) {
      expect(await errorOf(call)).toBeInstanceOf(AbortError)
    }
    await closeAll(a, b)
  })

  it('a time limit', async () => {
    await using socket = await bind(here)
    expect(await errorOf(socket.receive({ timeout: 1 }))).toBeInstanceOf(TimeoutError)
  })

  it('a close, with receives in flight, whatever has arrived', async () => {
    const [a, b] = [await bind(here), await bind(here)]
    await a.send('unseen', at(b))
    const waits = [a.receive(), a.receive()]
    const loop = (async () => {
      const seen: Datagram[] = []
      for await (const datagram of a) seen.push(datagram)
      return seen
    })()
    expect(await hasSettled(waits[0] as Promise<unknown>)).toBe(false)
    const closed = a.close()
    expect(a.close()).toBe(closed)
    for (const wait of waits) expect(await errorOf(wait)).toBeInstanceOf(ClosedError)
    expect(await loop).toEqual([])
    await closed
    await b.close()
    expect(await errorOf(a.receive())).toBeInstanceOf(ClosedError)
    expect(await errorOf(a.send('x', { port: 1 }))).toBeInstanceOf(ClosedError)
    expect(() => a.setTTL(1)).toThrow(ClosedError)
  })
})

describe('memory', () => {
  it('nothing is taken ahead of the receiver beyond the limit, and what the system drops is counted', async () => {
    const sender = await bind(here)
    const receiver = await bind({ ...here, recvBufferSize: 64 << 10, highWaterMark: 16 << 10 })
    await sender.send('first', at(receiver))
    await receiver.receive()
    const count = 2_000
    const bytes = Buffer.alloc(1_000)
    for (let i = 0; i < count; ++i) {
      bytes.writeUInt32LE(i)
      await sender.send(bytes, at(receiver))
      // The receiver's environment gets turns.
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const { dropped } = receiver
    expect(dropped).toBeGreaterThan(0)
    let last = -1
    for (let i = dropped; i < count; ++i) {
      const number = (await receiver.receive()).data.readUInt32LE()
      expect(number).toBeGreaterThan(last)
      last = number
    }
    const none = receiver.receive()
    expect(await hasSettled(none)).toBe(false)
    const ended = errorOf(none)
    await closeAll(sender, receiver)
    await ended
  })

  it('a crowd for several sockets, beyond what is received at once', async () => {
    const sender = await bind(here)
    const receivers = await Promise.all(
      Array.from({ length: 8 }, () => bind({ ...here, recvBufferSize: 1 << 20 })),
    )
    const each = 100
    for (let i = 0; i < each; ++i) {
      for (const receiver of receivers) await sender.send(`datagram ${i}`, at(receiver))
    }
    await Promise.all(
      receivers.map(async (receiver) => {
        for (let i = 0; i < each; ++i) expect(String((await receiver.receive()).data)).toBe(`datagram ${i}`)
      }),
    )
    await closeAll(sender, ...receivers)
  })

  it('10,000 datagrams and 200 sockets: nothing is left', async () => {
    const before = { fds: readdirSync('/proc/self/fd').length, sockets: usage().sockets }
    for (let round = 0; round < 100; ++round) {
      const [a, b] = [await bind(here), await bind(here)]
      const idle = round % 2 === 0 ? errorOf(a.receive()) : undefined
      for (let i = 0; i < 100; ++i) await a.send(`${round} ${i}`, at(b))
      for (let i = 0; i < 100; ++i) expect(String((await b.receive()).data)).toBe(`${round} ${i}`)
      await closeAll(a, b)
      await idle
    }
    expect(usage().sockets).toBe(before.sockets)
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before.fds)
    expect(usage().requests).toBe(0)
  })
})

describe('multicast and broadcast', () => {
  it('a member gets what is sent to the group, until it leaves', async () => {
    const group = '239.255.70.77'
    const member = await bind({ host: '0.0.0.0', reuseAddr: true })
    member.addMembership(group, loopback)
    const sender = await bind(here)
    sender.setMulticastLoopback(true)
    sender.setMulticastTTL(0)
    await sender.send('to all', { port: member.address.port, address: group })
    expect(String((await member.receive()).data)).toBe('to all')
    member.dropMembership(group, loopback)
    await sender.send('to nobody', { port: member.address.port, address: group })
    await sender.send('to you', { port: member.address.port, address: loopback })
    expect(String((await member.receive()).data)).toBe('to you')
    await closeAll(member, sender)
  })

  it('a broadcast address needs leave', async () => {
    await using socket = await bind({ host: '0.0.0.0' })
    const everybody = { port: 9, address: '255.255.255.255' }
    expect(await errorOf(socket.send('x', everybody))).toMatchObject({ code: 'EACCES', syscall: 'send' })
    socket.setBroadcast(true)
    const outcome = await socket.send('x', everybody).then(
      () => 'sent',
      (error: SocketError) => error.code,
    )
    expect(outcome).toMatch(/^(sent|ENETUNREACH|EPERM)$/)
  })

  it('several sockets share a port', async () => {
    const first = await bind({ ...here, reusePort: true })
    const second = await bind({ ...here, reusePort: true, port: first.address.port })
    const sender = await bind(here)
    const either = Promise.race([first.receive(), second.receive()])
    await sender.send('to either', at(first))
    expect(String((await either).data)).toBe('to either')
    await closeAll(first, second, sender)
  })
})
