import { AbortError } from '../errors.js'
import { addon } from '../native.js'
import { resolveHost } from './resolve.js'
import { SocketError } from './socket-error.js'
import { type BindOptions, defaultDatagramHighWaterMark, validateBind } from './udp-options.js'
import { UdpSocket } from './udp-socket.js'

const anyAddress = '::'
const anyIPv4Address = '0.0.0.0'

/**
 * Opens a UDP socket, bound to an address of this host.
 *
 * ```ts
 * await using socket = await bind({ port: 9999 })
 * for await (const datagram of socket) await socket.send(datagram.data, datagram)
 * ```
 *
 * Rejects with a {@link SocketError} such as `EADDRINUSE`, with Node's own error when the host can't be found, and with an
 * {@link AbortError} or a {@link TimeoutError}.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` and RangeError with `code` `ERR_OUT_OF_RANGE`, at the call
 */
export function bind(options: BindOptions = {}): Promise<UdpSocket> {
  validateBind(options)
  if (options.signal?.aborted) return Promise.reject(new AbortError(options.signal))
  return bindTo(options)
}

async function bindTo(options: BindOptions): Promise<UdpSocket> {
  const { host } = options
  if (host !== undefined && host !== '') {
    const [address] = await resolveHost(host, options)
    return start(address as string, options)
  }
  try {
    return start(anyAddress, options)
  } catch (error) {
    const noIPv6 = error instanceof SocketError && /^(EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL)$/.test(error.code)
    if (!noIPv6) throw error
    return start(anyIPv4Address, options)
  }
}

function start(address: string, options: BindOptions): UdpSocket {
  const { port = 0, reuseAddr = false, reusePort = false, ipv6Only = false } = options
  const { recvBufferSize = 0, sendBufferSize = 0, highWaterMark = defaultDatagramHighWaterMark } = options
  const number = addon.bindDatagrams(
    address,
    port,
    reuseAddr,
    reusePort,
    ipv6Only,
    recvBufferSize,
    sendBufferSize,
  )
  if (number < 0) throw new SocketError(number, 'bind', { address, port })
  return new UdpSocket(number, highWaterMark)
}
