import { addon } from '../native.js'

/** Where a socket is bound, or whom it talks to. As `address()` of node:net gives it. */
export interface InternetAddress {
  /** In numbers, such as `127.0.0.1` or `::1`. */
  readonly address: string
  readonly family: 'IPv4' | 'IPv6'
  readonly port: number
}

/** An address of the internet, or the path of a UNIX socket. */
export type SocketAddress = InternetAddress | string

/** @internal `endpoint` is the number of a socket or listener. Undefined when the system knows none. */
export function addressOf(endpoint: number, peer: boolean): SocketAddress | undefined {
  const found = addon.socketAddress(endpoint, peer)
  if (found === undefined) return undefined
  const [family, address, port] = found
  if (family === 0) return address
  return { address, family: family === 4 ? 'IPv4' : 'IPv6', port }
}
