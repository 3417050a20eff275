import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { isDetached } from '../detached.js'
import { validateInteger, validateLimits, validateObject } from '../validate.js'
import type { HeadersLike } from './fields.js'
import { isResizable } from './resizable.js'
import type { BodyTarget } from './response.js'

export interface RequestOptions {
  /** Fields to send, besides `Host`, `Accept` and `User-Agent`, of which the last two may be given here. */
  headers?: HeadersLike | undefined
  /** Asks for part of the resource: the bytes from `start` up to `end`, or to its end. A server may send all of it: see `status`. */
  range?: { readonly start: number; readonly end?: number | undefined } | undefined
  /** Ends the exchange, at any time until the last byte of the body: what waits for it rejects with an `AbortError`. */
  signal?: AbortSignal | undefined
  /**
   * Milliseconds from the call to the last byte of the body, redirects and all. Then what waits for it rejects with a
   * `TimeoutError`; with 0, at once. Default: no limit.
   */
  timeout?: number | undefined
  /** What becomes of a redirect: `'follow'` it, give its response (`'manual'`), or make it an `'error'`. Default: `'follow'`. */
  redirect?: 'follow' | 'manual' | 'error' | undefined
  /** How many redirects are followed. Default: 5. */
  maxRedirects?: number | undefined
  /** The longest head of a response. Default: 64 KiB. */
  maxHeaderBytes?: number | undefined
  /** The longest body of a response. Default: no limit. */
  maxBodyBytes?: number | undefined
}

export interface GetOptions extends RequestOptions {
  /**
   * Puts the body of a response with a status of success here, and then resolves: see `HttpResponse.into`. The number of
   * bytes is the response's `bytesInto`.
   */
  into?: BodyTarget | undefined
}

/** What a POST and its like may send. A string is sent as UTF-8. */
export type RequestBody = string | NodeJS.ArrayBufferView

export const redirectModes = ['follow', 'manual', 'error'] as const

/** Options with nothing left open. */
export interface Settings {
  readonly signal: AbortSignal | undefined
  readonly timeout: number | undefined
  readonly redirect: (typeof redirectModes)[number]
  readonly maxRedirects: number
  readonly maxHeaderBytes: number
  readonly maxBodyBytes: number
}

export function settingsOf(options: RequestOptions): Settings {
  validateObject(options, 'options')
  const {
    signal,
    timeout,
    redirect = 'follow',
    maxRedirects = 5,
    maxHeaderBytes = 64 << 10,
    maxBodyBytes = Number.POSITIVE_INFINITY,
  } = options
  validateLimits({ signal, timeout })
  if (!redirectModes.includes(redirect)) {
    throw new ArgumentValueError('options.redirect', redirect, "must be one of 'follow', 'manual', 'error'")
  }
  validateInteger(maxRedirects, 'options.maxRedirects', 0)
  validateInteger(maxHeaderBytes, 'options.maxHeaderBytes', 64, 1 << 30)
  if (maxBodyBytes !== Number.POSITIVE_INFINITY) validateInteger(maxBodyBytes, 'options.maxBodyBytes', 0)
  return { signal, timeout, redirect, maxRedirects, maxHeaderBytes, maxBodyBytes }
}

/** The value of the `Range` field. */
export function rangeOf(range: NonNullable<RequestOptions['range']>): string {
  validateObject(range, 'options.range')
  validateInteger(range.start, 'options.range.start', 0)
  if (range.end === undefined) return `bytes=${range.start}-`
  validateInteger(range.end, 'options.range.end', range.start + 1)
  return `bytes=${range.start}-${range.end - 1}`
}

export function bodyOf(body: RequestBody | undefined): Uint8Array | undefined {
  if (body === undefined) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (!ArrayBuffer.isView(body))
    throw new ArgumentTypeError(
      'body',
      'of type string or an instance of TypedArray, Buffer, or DataView',
      body,
    )
  if (isDetached(body)) throw new ArgumentValueError('body', body, 'is detached')
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  return isResizable(body.buffer) ? bytes.slice() : bytes
}
