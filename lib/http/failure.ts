import { httpFailure } from '../bridge/layout.js'
import { AbortError, ClosedError, TimeoutError } from '../errors.js'
import { addon, type NativeHttpFailure } from '../native.js'
import { HttpError } from './http-error.js'
import { NetworkError } from './network-error.js'

/** What an exchange was given, as far as its end depends on it. */
export interface Bounds {
  readonly signal: AbortSignal | undefined
  /** Milliseconds, if there is a limit. */
  readonly timeout: number | undefined
  /** The client, which is not collected as long as this is reachable. */
  readonly owner: object
}

/** The error of a failed reply. Call it while the reply is handled. */
export function failureOf(status: number, id: number, { signal, timeout }: Bounds): Error {
  if (status !== httpFailure) return new AbortError(signal?.aborted === true ? signal : undefined)
  const { code, message, errno, syscall, address, port } = addon.takeHttpDetail(id) as NativeHttpFailure
  if (code === 'ERR_HEDDLE_TIMEOUT') return new TimeoutError(timeout as number)
  if (code === 'ERR_HEDDLE_CLOSED') return new ClosedError('client')
  if (code === 'ECONNRESET') return Object.assign(new Error(message), { code })
  if (code !== '') return new HttpError(code, message)
  if (syscall === 'getaddrinfo') return NetworkError.ofLookup(errno, address)
  return NetworkError.ofSystem(errno, syscall, address, port)
}
