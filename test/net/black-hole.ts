import { type Socket as NodeSocket, connect as nodeConnect } from 'node:net'
import { listen, type Server } from 'heddle/net'
import { onTestFinished } from 'vitest'
import { portOf } from './pair.ts'

/** A listener whose queue is full: the system drops whatever else comes, as a firewall would. */
export async function blackHole(host: string): Promise<Server> {
  const server = await listen({ host, backlog: 0 })
  const queued = await new Promise<NodeSocket>((resolve) => {
    const socket = nodeConnect({ host, port: portOf(server) }, () => resolve(socket))
  })
  onTestFinished(async () => {
    queued.destroy()
    await server.close()
  })
  return server
}
