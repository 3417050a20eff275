import type { InternetAddress } from './socket-address.js'

/** One datagram as it came, and who sent it. It can be given to {@link UdpSocket.send} as the destination of an answer. */
export interface Datagram extends InternetAddress {
  /** Its bytes, which may be none. They are the receiver's. */
  readonly data: Buffer
}

/** Where a datagram goes. */
export interface DatagramDestination {
  readonly port: number
  /** A name or an address. Default: `127.0.0.1`, or `::1` from a socket for IPv6. */
  readonly address?: string | undefined
}
