import { ArgumentTypeError } from '../argument-errors.js'
import { enlarged, zeroBytes } from '../bridge/growing-bytes.js'
import { disposedError } from '../cuda/allocation.js'
import type { Device } from '../cuda/device.js'
import { DeviceArray } from '../cuda/device-array.js'
import type { PinnedArray } from '../cuda/pinned-array.js'
import { AbortError } from '../errors.js'
import type { NativeHttpHead } from '../native.js'
import type { Body } from './body.js'
import { pairsOf } from './fields.js'
import { HttpError } from './http-error.js'
import { withoutFragment } from './url.js'

/** Where a body can be put: a view, page-locked memory as `Device.pinned` gives it, or memory of a device. */
export type BodyTarget = NodeJS.ArrayBufferView | PinnedArray | DeviceArray

/** Chunks that an iteration gives have at most this many bytes. */
const chunkBytes = 64 << 10
/** A body of unknown length is first given this much room; a length that was only announced is not believed further. */
const firstRoom = 64 << 10
const believed = 1 << 30
/** On its way to a device a body passes through two pieces of page-locked memory of this size. */
const deviceChunkBytes = 1 << 20

/**
 * The response to a request: its head, and its body, which can be read once and in one way: {@link bytes}, {@link text},
 * {@link json}, {@link into}, or `for await (const chunk of response)`. Nothing is read from the connection before it is
 * asked for, so a slow reader slows the server down, and not this process's memory.
 *
 * The connection goes back to the client when the body has been read. A response whose body is of no interest should be
 * cancelled, or declared with `await using`.
 */
export class HttpResponse implements AsyncIterable<Uint8Array>, AsyncDisposable {
  /** Such as 200. */
  readonly status: number
  /** Such as `OK`; may be empty. */
  readonly statusText: string
  /** Where the response came from, after redirects; without credentials and without a fragment. */
  readonly url: string
  /** Whether there were any. */
  readonly redirected: boolean
  /** What the server said the body's length in bytes is; undefined where it did not. */
  readonly contentLength: number | undefined
  /** How many bytes {@link into} has put into its buffer, once it has. */
  bytesInto: number | undefined
  /** @internal */
  readonly fields: string
  #arrived: Uint8Array<ArrayBuffer> | undefined
  readonly #body: Body | undefined
  #headers: Headers | undefined
  #used = false

  /** @internal @param body undefined where the whole body came with the head */
  constructor(head: NativeHttpHead, body: Body | undefined, url: URL, redirected: boolean) {
    this.status = head.status
    this.statusText = head.statusText
    this.fields = head.fields
    this.contentLength = head.length < 0 ? undefined : head.length
    this.url = withoutFragment(url)
    this.redirected = redirected
    this.#arrived = head.body
    this.#body = body
  }

  /** Whether the status is one of success, 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  /** The header fields. */
  get headers(): Headers {
    this.#headers ??= new Headers([...pairsOf(this.fields)])
    return this.#headers
  }

  /** Whether the body was read, is being read, or was given up. */
  get bodyUsed(): boolean {
    return this.#used
  }

  /**
   * The whole body.
   *
   * @throws rejects with an {@link HttpError}, a `NetworkError`, a `TimeoutError` or an `AbortError`
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    this.#use()
    if (this.#body === undefined) return this.#arrived as Uint8Array<ArrayBuffer>
    return readAll(this.#body, this.contentLength)
  }

  /** The whole body as text in UTF-8; what is none becomes U+FFFD. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  /** The whole body, parsed. Rejects with a SyntaxError where it is no JSON. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  /**
   * Puts the whole body at the start of a buffer, without passing it through any other; into a device's memory it goes by
   * way of page-locked memory. Resolves to the number of bytes.
   *
   * @throws rejects with an {@link HttpError} with `code` `ERR_HEDDLE_HTTP_BODY_LIMIT` when the buffer is too small for it
   */
  async into(target: BodyTarget): Promise<number> {
    const bytes = target instanceof DeviceArray ? this.#intoDevice(target) : this.#into(viewOf(target))
    this.bytesInto = await bytes
    return this.bytesInto
  }

  async #intoDevice(target: DeviceArray): Promise<number> {
    this.#use()
    const { byteLength, allocation } = target
    if (allocation.disposed) throw disposedError('target')
    if (this.contentLength !== undefined && this.contentLength > byteLength) {
      throw this.#giveUp(tooSmall(byteLength))
    }
    const { receive } = await import('../cuda/receive.js')
    const receiving = { device: allocation.device as Device, chunkBytes: deviceChunkBytes }
    try {
      const bytes = await receive((view) => this.read(view, true), target, receiving)
      if ((await this.read(new Uint8Array(1), false)) > 0) throw tooSmall(byteLength)
      return bytes
    } catch (error) {
      throw this.#giveUp(error as Error)
    }
  }

  /** @internal Some of the body, or as much as there is place for; 0 at the end. */
  async read(view: Uint8Array, fill: boolean): Promise<number> {
    if (this.#body !== undefined) return this.#body.read(view, fill)
    const arrived = this.#arrived as Uint8Array<ArrayBuffer>
    const bytes = arrived.subarray(0, view.length)
    view.set(bytes)
    this.#arrived = arrived.subarray(bytes.length)
    return bytes.length
  }

  async #into(view: Uint8Array): Promise<number> {
    this.#use()
    const { contentLength } = this
    if (this.#body === undefined) {
      const bytes = this.#arrived as Uint8Array
      if (bytes.length > view.length) throw tooSmall(view.length)
      view.set(bytes)
      return bytes.length
    }
    if (contentLength !== undefined && contentLength > view.length) {
      throw this.#giveUp(tooSmall(view.length))
    }
    const bytes = view.length === 0 ? 0 : await this.#body.read(view, true)
    if (this.#body.ended) return bytes
    // It is full; there must be nothing more.
    const more = await this.#body.read(new Uint8Array(1), false)
    if (more === 0) return bytes
    throw this.#giveUp(tooSmall(view.length))
  }

  /** The body as it comes, in chunks of up to 64 KiB that are the caller's to keep. Leaving the loop gives up the rest. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    this.#use()
    if (this.#body === undefined) {
      if (this.#arrived !== undefined && this.#arrived.length > 0) yield this.#arrived
      return
    }
    try {
      let room = new Uint8Array(chunkBytes)
      for (;;) {
        const bytes = await this.#body.read(room, false)
        if (bytes === 0) return
        if (bytes < chunkBytes / 2) {
          yield room.slice(0, bytes)
        } else {
          yield room.subarray(0, bytes)
          room = new Uint8Array(chunkBytes)
        }
      }
    } finally {
      this.#giveUp(new AbortError())
    }
  }

  /** Gives up what has not been read of the body; its connection is closed. Reads in flight reject with an AbortError. */
  async cancel(): Promise<void> {
    this.#used = true
    this.#giveUp(new AbortError())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel()
  }

  #giveUp(error: Error): Error {
    this.#body?.cancel(error)
    return error
  }

  #use(): void {
    if (this.#used) {
      throw new HttpError(
        'ERR_HEDDLE_HTTP_BODY_USED',
        'The body of the response was read or cancelled before',
      )
    }
    this.#used = true
  }
}

async function readAll(body: Body, length: number | undefined): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer> = zeroBytes(Math.min(length ?? firstRoom, believed))
  let filled = 0
  while (!body.ended) {
    if (filled === bytes.length) bytes = await enlarged(bytes, Math.max(bytes.length * 2, firstRoom))
    filled += await body.read(bytes.subarray(filled), true)
  }
  return new Uint8Array(bytes.buffer, 0, filled)
}

function viewOf(target: BodyTarget): Uint8Array {
  const view: unknown = ArrayBuffer.isView(target) ? target : (target as Partial<PinnedArray>)?.array
  if (!ArrayBuffer.isView(view)) {
    throw new ArgumentTypeError(
      'target',
      'an instance of TypedArray, Buffer, DataView, or PinnedArray',
      target,
    )
  }
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/** @throws TypeError for what is no place to put a body */
export function validateTarget(target: BodyTarget): void {
  if (!(target instanceof DeviceArray)) viewOf(target)
}

function tooSmall(bytes: number): HttpError {
  return new HttpError(
    'ERR_HEDDLE_HTTP_BODY_LIMIT',
    `The body of the response is longer than the buffer of ${bytes} bytes that it is to fill`,
  )
}
