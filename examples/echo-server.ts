// Sends back whatever it gets: echo-server.js [PORT]
import { listen, type Socket } from 'heddle/net'

async function echo(socket: Socket): Promise<void> {
  await using _closed = socket
  for await (const chunk of socket) await socket.write(chunk)
}

await using server = await listen({ port: Number(process.argv[2] ?? 0) })
console.log('listening at', server.address)
process.once('SIGINT', () => void server.close())
for await (const socket of server) {
  echo(socket).catch((error: Error) => console.error(error.message))
}
