import { connect, listen, type Socket } from 'heddle/net'
import { expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { collect } from '../fixtures/collect.ts'
import { addon } from '../fixtures/internals.ts'
import { errorOf } from '../fixtures/settled.ts'
import { loopback, pair, portOf, readAll } from './pair.ts'

/** Many connections to one server, whose ends here are `near`. */
async function crowd(count: number): Promise<{ near: Socket[]; far: Socket[] } & AsyncDisposable> {
  const server = await listen({ host: loopback, backlog: count })
  const near = await Promise.all(
    Array.from({ length: count }, () => connect({ host: loopback, port: portOf(server) })),
  )
  const byPort = new Map<number, Socket>()
  while (byPort.size < count) {
    const socket = await server.accept()
    byPort.set(portAt(socket.remoteAddress), socket)
  }
  const far = near.map((socket) => byPort.get(portAt(socket.localAddress)) as Socket)
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([server, ...near, ...far].map((each) => each.close()))
    },
  }
}

function portAt(address: Socket['localAddress']): number {
  if (typeof address !== 'object') throw new Error('not an IP socket')
  return address.port
}

it('writes of a crowd in one turn arrive whole and in order, whatever their size', async () => {
  await using many = await crowd(100)
  const sizes = [1, 100, 4096, 4097, 50_000, 7, 0, 4096, 1]
  const written: Promise<void>[] = []
  const expected = many.near.map((socket, i) => {
    const parts = sizes.map((size, k) => Buffer.alloc(size, `${i}.${k};`))
    for (const part of parts) written.push(socket.write(part))
    written.push(socket.end())
    return Buffer.concat(parts)
  })
  const got = await Promise.all(many.far.map(readAll))
  await Promise.all(written)
  for (const [i, bytes] of got.entries()) expect(bytes.equals(expected[i] as Buffer)).toBe(true)
})

it('what is written may be changed when the write has resolved, and small writes from the call on', async () => {
  await using many = await crowd(50)
  const bytes = Buffer.alloc(100)
  const written = many.near.map((socket, i) => {
    bytes.fill(i)
    return socket.write(bytes)
  })
  bytes.fill(255)
  await Promise.all(written)
  for (const [i, socket] of many.far.entries()) expect(await socket.read()).toEqual(Buffer.alloc(100, i))
})

it('a socket that is closed in the turn in which it was written to sends what was written', async () => {
  await using many = await crowd(50)
  const written = many.near.map((socket) => socket.write('the last words'))
  const closed = many.near.map((socket) => socket.close())
  for (const socket of many.far) expect(String(await readAll(socket))).toBe('the last words')
  await Promise.all([...written, ...closed])
})

it('a write that is aborted in its turn sends nothing, or all before the abort', async () => {
  await using many = await crowd(50)
  const aborts = many.near.map(() => new AbortController())
  const outcomes = many.near.map((socket, i) =>
    socket.write('early', { signal: (aborts[i] as AbortController).signal }).then(
      () => 'early',
      (error: Error) => {
        expect(error).toMatchObject({ name: 'AbortError' })
        return ''
      },
    ),
  )
  for (const abort of aborts) abort.abort()
  const sent = await Promise.all(outcomes)
  await Promise.all(many.near.map((socket) => socket.write('late')))
  await Promise.all(many.near.map((socket) => socket.end()))
  for (const [i, socket] of many.far.entries()) expect(String(await readAll(socket))).toBe(`${sent[i]}late`)
})

it('a peer that has reset its connection fails the write to it, and no other', async () => {
  await using many = await crowd(50)
  const victim = many.near[25] as Socket
  // Closing with bytes unread resets the connection.
  await (many.far[25] as Socket).write('x')
  await victim.write('unread')
  expect(String(await victim.read())).toBe('x')
  await (many.far[25] as Socket).close()
  await errorOf(victim.read())
  const outcomes = await Promise.allSettled(many.near.map((socket) => socket.write('hello')))
  const failed = outcomes.map(({ status }, i) => (status === 'rejected' ? i : -1)).filter((i) => i >= 0)
  expect(failed).toEqual([25])
})

it('what was written before the process ends arrives, and what is written while it does', async () => {
  const server = await listen({ host: loopback })
  const ended = runClean('writes-and-exits', { args: [String(portOf(server))] })
  for (let i = 0; i < 20; ++i) {
    await using socket = await server.accept()
    expect(String(await readAll(socket))).toBe('goodbye')
  }
  expect(await ended).toBe('')
  await server.close()
})

it('chunks that are kept stay as they are while thousands of others arrive', async () => {
  await using both = await pair()
  const kept: Buffer[] = []
  const reading = (async () => {
    for await (const chunk of both.far) kept.push(chunk)
  })()
  let expected = ''
  for (let i = 0; i < 3000; ++i) {
    const text = `${i};`.repeat((i % 50) + 1)
    expected += text
    await both.near.write(text)
  }
  await both.near.end()
  await reading
  await collect()
  expect(Buffer.concat(kept).toString()).toBe(expected)
})

it('chunks survive that the memory of one is taken away, and so do those to come', async () => {
  await using both = await pair()
  const next = async (text: string) => {
    const reading = both.far.read()
    await both.near.write(text)
    return (await reading) as Buffer
  }
  await next('the first finds no page')
  // What ArrayBuffer.prototype.transfer does, which Node 20 has not.
  addon.detach((await next('on the page')).buffer as ArrayBuffer)
  const later: Buffer[] = []
  for (let i = 0; i < 2000; ++i) later.push(await next(`later ${i}`))
  for (const [i, chunk] of later.entries()) expect(String(chunk)).toBe(`later ${i}`)
})
