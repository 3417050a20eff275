import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { AbortError } from '../errors.js'
import { addon } from '../native.js'
import { validateBoolean, validateInteger, validateLimits, validateObject } from '../validate.js'
import type { LookupLimits } from './lookup-limits.js'
import { resolveHost } from './resolve.js'
import { Server } from './server.js'
import { addressOf } from './socket-address.js'
import { SocketError } from './socket-error.js'
import { defaultHighWaterMark, type SocketOptions, validateSocketOptions } from './socket-options.js'
import { validateUnixPath } from './unix-path.js'

export interface ListenOptions extends SocketOptions, LookupLimits {
  /** 0 lets the system choose one: see `server.address`. Default: 0. */
  port?: number | undefined
  /** A name or an address. Default: `::`, all addresses of this host, or `0.0.0.0` where there is no IPv6. */
  host?: string | undefined
  /** A path for a UNIX socket, in place of `port` and `host`. It is removed when the server closes. A leading NUL makes an abstract name. */
  path?: string | undefined
  /** Connections that may wait in the system. The system may lower it. Default: 511. */
  backlog?: number | undefined
  /** Several servers, each with this set, share the port; the system deals connections out. One for each Worker. Default: false. */
  reusePort?: boolean | undefined
  /** An IPv6 address takes no IPv4 connections. Default: false. */
  ipv6Only?: boolean | undefined
}

const anyAddress = '::'
const anyIPv4Address = '0.0.0.0'

function validate(options: ListenOptions): void {
  validateObject(options, 'options')
  const { port, host, path, backlog, reusePort, ipv6Only } = options
  if (port !== undefined) validateInteger(port, 'options.port', 0, 65_535)
  if (host !== undefined && typeof host !== 'string') {
    throw new ArgumentTypeError('options.host', 'of type string', host)
  }
  validateUnixPath(path)
  if (path !== undefined && port !== undefined) {
    throw new ArgumentValueError('options.path', path, 'cannot be given together with options.port')
  }
  if (backlog !== undefined) validateInteger(backlog, 'options.backlog', 0, 2 ** 31 - 1)
  if (reusePort !== undefined) validateBoolean(reusePort, 'options.reusePort')
  if (ipv6Only !== undefined) validateBoolean(ipv6Only, 'options.ipv6Only')
  validateSocketOptions(options)
  validateLimits(options)
}

/**
 * Listens for connections.
 *
 * ```ts
 * await using server = await listen({ port: 8080 })
 * for await (const socket of server) void echo(socket)
 * ```
 *
 * Rejects with a {@link SocketError} such as `EADDRINUSE`, with Node's own error when the host can't be found, and with an
 * {@link AbortError} or a {@link TimeoutError}.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` and RangeError with `code` `ERR_OUT_OF_RANGE`, at the call
 */
export function listen(options: ListenOptions = {}): Promise<Server> {
  validate(options)
  if (options.signal?.aborted) return Promise.reject(new AbortError(options.signal))
  return options.path === undefined ? listenAtPort(options) : listenAtPath(options.path, options)
}

async function listenAtPort(options: ListenOptions): Promise<Server> {
  const { port = 0, host } = options
  if (host !== undefined && host !== '') {
    const [address] = await resolveHost(host, options)
    return start(address as string, port, options)
  }
  try {
    return start(anyAddress, port, options)
  } catch (error) {
    const noIPv6 = error instanceof SocketError && /^(EAFNOSUPPORT|EADDRNOTAVAIL|EINVAL)$/.test(error.code)
    if (!noIPv6) throw error
    return start(anyIPv4Address, port, options)
  }
}

async function listenAtPath(path: string, options: ListenOptions): Promise<Server> {
  return start(path, -1, options)
}

function start(where: string, port: number, options: ListenOptions): Server {
  const { backlog = 511, reusePort = false, ipv6Only = false, highWaterMark = defaultHighWaterMark } = options
  const number = addon.listen(where, port, backlog, reusePort, ipv6Only)
  if (number < 0) throw new SocketError(number, 'listen', { address: where, port }, true)
  // What is set on the listener, its connections inherit.
  if (port >= 0) addon.setNoDelay(number, options.noDelay ?? true)
  if (options.keepAlive)
    addon.setKeepAlive(number, true, Math.ceil((options.keepAliveInitialDelay ?? 0) / 1000))
  return new Server(number, addressOf(number, false) ?? where, highWaterMark)
}
