import { connect, listen } from 'heddle/net'

/** Milliseconds in which a server that is busy takes connections which wait for it. */
export async function pendingConnects(count: number, busyMilliseconds: number): Promise<number> {
  const host = '127.0.0.1'
  await using server = await listen({ host, backlog: 4096 })
  if (typeof server.address === 'string') throw new Error('not a port')
  const { port } = server.address
  const clients = await Promise.all(Array.from({ length: count }, () => connect({ host, port })))
  let busy = true
  const turn = () => {
    const until = performance.now() + busyMilliseconds
    while (performance.now() < until);
    if (busy) setImmediate(turn)
  }
  setImmediate(turn)
  const started = performance.now()
  const sockets = []
  while (sockets.length < count) sockets.push(await server.accept())
  const took = performance.now() - started
  busy = false
  await Promise.all([...clients, ...sockets].map((socket) => socket.close()))
  return took
}
