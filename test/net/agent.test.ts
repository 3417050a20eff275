import { once } from 'node:events'
import {
  Agent,
  type ClientRequest,
  type ClientRequestArgs,
  createServer,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import type { AddressInfo, Socket as NodeSocket } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { connect, type SocketDuplex, toDuplex } from 'heddle/net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { usage } from '../fixtures/internals.ts'
import { loopback, pair } from './pair.ts'

/** An `http.Agent` whose connections are heddle's. */
class OurAgent extends Agent {
  readonly streams: SocketDuplex[] = []

  override createConnection(
    options: ClientRequestArgs,
    created?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    connect({ host: loopback, port: Number(options.port) }).then(
      (socket) => {
        const stream = toDuplex(socket, { allowHalfOpen: false })
        this.streams.push(stream)
        created?.(null, stream)
      },
      created as (error: Error) => void,
    )
  }
}

async function serve(listener: RequestListener): Promise<{ port: number; sockets: Set<NodeSocket> }> {
  const server: Server = createServer({ keepAliveTimeout: 0 }, listener).listen(0, loopback)
  const sockets = new Set<NodeSocket>()
  server.on('connection', (socket) => sockets.add(socket))
  onTestFinished(() => void server.close().closeAllConnections())
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, sockets }
}

function agent(options: ConstructorParameters<typeof Agent>[0]): OurAgent {
  const made = new OurAgent(options)
  onTestFinished(() => made.destroy())
  return made
}

async function answerTo(made: ClientRequest, body: string): Promise<string> {
  made.end(body)
  const [response] = await once(made, 'response')
  return text(response)
}

describe.each([true, false])('http.Agent with keepAlive %s', (keepAlive) => {
  it('carries requests', async () => {
    const { port, sockets } = await serve((asked, answer) => asked.pipe(answer))
    const using = agent({ keepAlive })
    for (let i = 0; i < 3; ++i) {
      const made = request({ port, method: 'POST', agent: using })
      made.setNoDelay(true)
      made.setSocketKeepAlive(true)
      expect(await answerTo(made, `request ${i}`)).toBe(`request ${i}`)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(sockets.size).toBe(keepAlive ? 1 : 3)
    using.destroy()
    await Promise.all(using.streams.map((stream) => stream.closed || once(stream, 'close')))
    expect(usage()).toMatchObject({ sockets: 0 })
  })

  it('tells of a time-out', async () => {
    const { port } = await serve(() => undefined)
    const made = request({ port, agent: agent({ keepAlive }), timeout: 10 }).end()
    const [failure] = await Promise.all([
      once(made, 'error'),
      once(made, 'timeout').then(() => made.destroy()),
    ])
    expect(failure[0]).toMatchObject({ code: 'ECONNRESET' })
  })
})

it('a kept connection that the server closes is not used again', async () => {
  const { port, sockets } = await serve((_, answer) => answer.end('ok'))
  const using = agent({ keepAlive: true })
  expect(await answerTo(request({ port, agent: using }), '')).toBe('ok')
  const [stream] = using.streams as [SocketDuplex]
  for (const socket of sockets) socket.end()
  if (!stream.closed) await once(stream, 'close')
  expect(await answerTo(request({ port, agent: using }), '')).toBe('ok')
  expect(sockets.size).toBe(2)
})

it('a kept connection keeps no process alive', async () => {
  const { port } = await serve((_, answer) => answer.end('ok'))
  expect(await runClean('agent-idle', { args: [String(port)] })).toBe('ok ok')
})

describe('setTimeout', () => {
  it('tells when nothing has come or gone for a while, again after the next time', async () => {
    await using both = await pair()
    const stream = toDuplex(both.near).setTimeout(5)
    stream.resume()
    await once(stream, 'timeout')
    stream.write('x')
    await once(stream, 'timeout')
    await both.far.write('x')
    await once(stream, 'timeout')
    expect(stream.timeout).toBe(5)
    stream.destroy()
  })

  it('takes a listener back', async () => {
    await using both = await pair()
    const listener = () => expect.unreachable()
    const stream = toDuplex(both.near).setTimeout(5, listener).setTimeout(0, listener)
    expect(stream.listenerCount('timeout')).toBe(0)
    stream.destroy()
  })
})

it('what is set after the end is of no consequence', async () => {
  await using both = await pair()
  const stream = toDuplex(both.near)
  stream.destroy()
  await once(stream, 'close')
  expect(stream.setNoDelay().setKeepAlive(true, 1000).setTimeout(1).ref().unref()).toBe(stream)
})
