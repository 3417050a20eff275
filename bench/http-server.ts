// The server that bench/http.ts asks: a process of its own, so that it shares no thread with who is measured. It prints its
// port, and ends with its stdin.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const small = Buffer.alloc(1024, 'heddle ')
const large = Buffer.alloc(64 << 20, 'heddle ')

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  if (request.url === '/small') response.end(small)
  else if (request.url === '/large') response.end(large)
  else setTimeout(() => response.end('late'), Number(request.url?.slice('/late/'.length)))
})
server.listen(0, '127.0.0.1', 4096, () => console.log((server.address() as AddressInfo).port))
process.stdin.resume().on('end', () => process.exit())
