import { getDefaultAutoSelectFamilyAttemptTimeout, isIP } from 'node:net'
import { constants } from 'node:os'
import { ArgumentAddressError, ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { AbortWatch } from '../bridge/abort.js'
import { cancel, expect, type Pending } from '../bridge/bridge.js'
import { timeout as inTime } from '../concurrency/timeout.js'
import { AbortError } from '../errors.js'
import { addon } from '../native.js'
import { Timer } from '../timer.js'
import { validateInteger, validateLimits, validateObject } from '../validate.js'
import { alternating } from './alternating.js'
import { resolveHost } from './resolve.js'
import { Socket } from './socket.js'
import { SocketError } from './socket-error.js'
import { defaultHighWaterMark, type SocketOptions, validateSocketOptions } from './socket-options.js'
import { validateUnixPath } from './unix-path.js'
import type { WaitOptions } from './waiter.js'

export interface ConnectOptions extends SocketOptions, WaitOptions {
  /** Required, unless `path` is given. */
  port?: number | undefined
  /** A name or an address. The addresses of a name are tried one after the other. Default: `localhost`. */
  host?: string | undefined
  /** The path of a UNIX socket, in place of `port` and `host`. With a leading NUL, an abstract name. */
  path?: string | undefined
  /** The address from which to connect, in numbers. Default: the system's choice. */
  localAddress?: string | undefined
  /** The port from which to connect. Default: the system's choice. */
  localPort?: number | undefined
}

function validateText(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== 'string')
    throw new ArgumentTypeError(name, 'of type string', value)
}

function validate(options: ConnectOptions): void {
  validateObject(options, 'options')
  const { port, host, path, localAddress, localPort } = options
  validateText(host, 'options.host')
  validateUnixPath(path)
  validateText(localAddress, 'options.localAddress')
  if (localAddress && isIP(localAddress) === 0) throw new ArgumentAddressError(localAddress)
  if (path !== undefined && port !== undefined) {
    throw new ArgumentValueError('options.path', path, 'cannot be given together with options.port')
  }
  if (path === undefined) validateInteger(port, 'options.port', 0, 65_535)
  if (localPort !== undefined) validateInteger(localPort, 'options.localPort', 0, 65_535)
  validateLimits(options)
  validateSocketOptions(options)
}

interface Failure {
  readonly status: number
  /** Nobody had answered when it was time for the next address. */
  readonly late: boolean
  /** It was the bind to this end that failed. */
  readonly local: boolean
}

class PendingConnect implements Pending {
  readonly resolve: (socket: number) => void
  readonly reject: (failure: Failure) => void
  timer: Timer | undefined
  late = false
  watch: AbortWatch | undefined

  constructor(resolve: (socket: number) => void, reject: (failure: Failure) => void) {
    this.resolve = resolve
    this.reject = reject
  }

  /** The attempt ends as one that has timed out, unless there is a connection by then. */
  limit(ms: number, id: number): void {
    this.timer = new Timer(ms, () => {
      this.late = true
      cancel(id)
    })
  }

  settle(status: number, value: number): void {
    this.watch?.release()
    this.timer?.cancel()
    if (status === 0) this.resolve(value)
    else this.reject({ status, late: this.late, local: value !== 0 })
  }
}

/**
 * Connects to a server.
 *
 * Rejects with a {@link SocketError} such as `ECONNREFUSED`, with an `AggregateError` of them when a host has several
 * addresses and none answers, with Node's own error when the host can't be found, with an {@link AbortError}, or with a
 * {@link TimeoutError} when `timeout` milliseconds were not enough for all of it.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_IP_ADDRESS` and RangeError with `code` `ERR_OUT_OF_RANGE`, at the call
 */
export function connect(options: ConnectOptions): Promise<Socket> {
  validate(options)
  if (options.signal?.aborted) return Promise.reject(new AbortError(options.signal))
  const { signal, timeout } = options
  if (timeout === undefined) return connectToAny(options, signal)
  return inTime(timeout, (either) => connectToAny(options, either), { signal })
}

async function connectToAny(options: ConnectOptions, signal: AbortSignal | undefined): Promise<Socket> {
  const { path, port = 0 } = options
  if (path !== undefined) return await connectTo(path, -1, options, signal, undefined)
  const failures: Error[] = []
  const addresses = alternating(await resolveHost(options.host || 'localhost', { signal }))
  for (const [i, address] of addresses.entries()) {
    const limit = i + 1 < addresses.length ? getDefaultAutoSelectFamilyAttemptTimeout() : undefined
    try {
      return await connectTo(address, port, options, signal, limit)
    } catch (error) {
      if (!(error instanceof SocketError)) throw error
      failures.push(error)
    }
  }
  const [first] = failures as [SocketError]
  if (failures.length === 1) throw first
  throw Object.assign(new AggregateError(failures, first.message), { code: first.code })
}

async function connectTo(
  where: string,
  port: number,
  options: ConnectOptions,
  signal: AbortSignal | undefined,
  limit: number | undefined,
): Promise<Socket> {
  if (signal?.aborted) throw new AbortError(signal)
  const localPort = options.localPort ?? 0
  const anyAddress = where.includes(':') ? '::' : '0.0.0.0'
  const from = options.localAddress || (options.localPort === undefined ? undefined : anyAddress)
  let number: number
  try {
    number = await new Promise<number>((resolve, reject) => {
      const pending = new PendingConnect(resolve, reject)
      const id = expect(pending)
      addon.connect(id, where, port, port < 0 ? undefined : from, localPort)
      if (signal !== undefined) pending.watch = new AbortWatch(signal, id)
      if (limit !== undefined) pending.limit(limit, id)
    })
  } catch (failure) {
    if (failure instanceof Error) throw failure
    const { status, late, local } = failure as Failure
    const place = { address: where, port: port < 0 ? undefined : port }
    const cancelled = status === -constants.errno.ECANCELED
    if (signal?.aborted && cancelled) throw new AbortError(signal)
    if (late && cancelled) throw new SocketError(-constants.errno.ETIMEDOUT, 'connect', place)
    if (local) throw new SocketError(status, 'bind', { address: from as string, port: localPort })
    throw new SocketError(status, 'connect', place)
  }
  if (port >= 0 && (options.noDelay ?? true)) addon.setNoDelay(number, true)
  if (options.keepAlive)
    addon.setKeepAlive(number, true, Math.ceil((options.keepAliveInitialDelay ?? 0) / 1000))
  return new Socket(number, options.highWaterMark ?? defaultHighWaterMark)
}
