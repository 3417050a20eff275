import { ArgumentTypeError } from '../argument-errors.js'
import { validateBoolean, validateInteger, validateLimits, validateObject } from '../validate.js'
import type { LookupLimits } from './lookup-limits.js'

export interface BindOptions extends LookupLimits {
  /** 0 lets the system choose one: see `socket.address`. Default: 0. */
  port?: number | undefined
  /**
   * A name or an address; `0.0.0.0` for all IPv4 addresses of this host. Default: `::`, all addresses, or `0.0.0.0` where
   * there is no IPv6. A socket at `::` exchanges datagrams with IPv4 too, and gives such addresses as `::ffff:127.0.0.1`.
   */
  host?: string | undefined
  /** Several sockets, each with this set, may have the same address: for multicast. Default: false. */
  reuseAddr?: boolean | undefined
  /** Several sockets, each with this set, share the port; the system deals datagrams out. One for each Worker. Default: false. */
  reusePort?: boolean | undefined
  /** A socket at `::` takes nothing from IPv4. Default: false. */
  ipv6Only?: boolean | undefined
  /** Bytes that may wait in the system; it doubles that for its own use, and may cut it. Default: the system's setting. */
  recvBufferSize?: number | undefined
  /** Bytes that may wait there to be sent. Default: the system's setting. */
  sendBufferSize?: number | undefined
  /** How many bytes are taken from the system ahead of the receiver, about. Default: 1 MiB. */
  highWaterMark?: number | undefined
}

export const defaultDatagramHighWaterMark = 1 << 20

export function validateBind(options: BindOptions): void {
  validateObject(options, 'options')
  const { port, host, recvBufferSize, sendBufferSize, highWaterMark } = options
  if (port !== undefined) validateInteger(port, 'options.port', 0, 65_535)
  if (host !== undefined && typeof host !== 'string') {
    throw new ArgumentTypeError('options.host', 'of type string', host)
  }
  for (const name of ['reuseAddr', 'reusePort', 'ipv6Only'] as const) {
    const value = options[name]
    if (value !== undefined) validateBoolean(value, `options.${name}`)
  }
  const most = 2 ** 30 - 1
  if (recvBufferSize !== undefined) validateInteger(recvBufferSize, 'options.recvBufferSize', 1, most)
  if (sendBufferSize !== undefined) validateInteger(sendBufferSize, 'options.sendBufferSize', 1, most)
  if (highWaterMark !== undefined) validateInteger(highWaterMark, 'options.highWaterMark', 1, 2 ** 30)
  validateLimits(options)
}
