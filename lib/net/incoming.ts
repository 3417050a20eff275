import { ArgumentValueError } from '../argument-errors.js'
import { expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { ClosedError } from '../errors.js'
import { arrivedBytes, isCopied } from './arrivals.js'
import { SocketError } from './socket-error.js'
import type { Waiter, WaitOptions } from './waiter.js'
import { Waiters } from './waiters.js'

/** What a chunk costs beside its bytes, about: a peer that sends them one by one must not be free to fill the memory. */
const overhead = 256

/**
 * What a connection has received and nobody has read, and who waits for more. Native code tells of bytes that it has copied, or
 * that lie in its receive buffers and are copied out at once: the kernel gets those back whatever the reader does. When `limit`
 * bytes wait here, with those that keep them, no more is taken from the kernel until half of them are read. Until native
 * code hears of that, as much may come again, and 16 KiB.
 */
export class Incoming implements Pending {
  readonly background = true
  readonly #socket: number
  readonly #limit: number
  readonly #chunks: Buffer[] = []
  readonly #waiters = new Waiters()
  #bytes = 0
  #id = 0
  #receiving = false
  #end: Error | null | undefined // undefined: not yet

  /** @param socket its number */
  constructor(socket: number, limit: number) {
    this.#socket = socket
    this.#limit = limit
  }

  /** Bytes that wait to be read. */
  get bytes(): number {
    return this.#bytes
  }

  /** Nothing more comes: the stream has ended, or failed, and everything before is read. */
  get ended(): boolean {
    return this.#end !== undefined && this.#chunks.length === 0
  }

  /** What is there at once: a chunk, null at the end, undefined when there is nothing yet. Throws what went wrong. */
  take(): Buffer | null | undefined {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#taken(chunk.length)
      return chunk
    }
    if (this.#end === undefined) return undefined
    if (this.#end === null) return null
    throw this.#end
  }

  /** The same, into memory of the caller's: how many bytes, 0 at the end. Precondition: `into` is not empty. */
  takeInto(into: Uint8Array): number | undefined {
    const chunk = this.#chunks[0]
    if (chunk === undefined) return this.take() === null ? 0 : undefined
    const length = Math.min(chunk.length, into.length)
    into.set(chunk.subarray(0, length))
    if (length === chunk.length) this.#chunks.shift()
    else this.#chunks[0] = chunk.subarray(length)
    this.#taken(length)
    return length
  }

  /** The next bytes go to `waiter`, after those who wait already. Precondition: there is nothing at once. */
  wait(waiter: Waiter, options: WaitOptions | undefined): void {
    this.#waiters.add(waiter, options)
    if (!this.#receiving) this.#receive()
  }

  /** The socket is closed: nobody gets anything any more. */
  close(): void {
    this.#chunks.length = 0
    this.#bytes = 0
    this.#finish(new ClosedError('socket'))
  }

  #receive(): void {
    if (this.#id === 0) this.#id = expect(this)
    this.#receiving = true
    submit(opcode.startEndpoint, this.#id, this.#socket, 0, 0, 0, 0, this.#limit)
  }

  /** Of what waits. */
  get #cost(): number {
    return this.#bytes + this.#chunks.length * overhead
  }

  #taken(length: number): void {
    this.#bytes -= length
    if (!this.#receiving && this.#end === undefined && this.#cost <= this.#limit / 2) this.#receive()
  }

  progress(message: number): void {
    if (this.#end !== undefined) return
    if (message <= 0) {
      this.#finish(message === 0 ? null : new SocketError(message, 'read'))
      return
    }
    let bytes = arrivedBytes(message)
    while (bytes.length > 0) {
      const waiter = this.#waiters.next()
      if (waiter === undefined) {
        this.#keep(bytes)
        return
      }
      const target = waiter.target()
      if (target === undefined) {
        waiter.resolve((isCopied(message) ? bytes : copyOf(bytes)) as never)
        return
      }
      bytes = bytes.subarray(serve(waiter, target, bytes))
    }
  }

  /** The socket is gone; whoever closed it has told those who waited. */
  settle(): void {
    this.#finish(new ClosedError('socket'))
  }

  /** A copy of its own: nobody knows for how long it stays, and the arrival page is not to stay with it. */
  #keep(bytes: Buffer): void {
    this.#chunks.push(copyOf(bytes))
    this.#bytes += bytes.length
    if (this.#receiving && this.#cost >= this.#limit) {
      this.#receiving = false
      submit(opcode.pauseEndpoint, 0, this.#socket, 0, 0, 0, 0, 0)
    }
  }

  #finish(end: Error | null): void {
    this.#end ??= end
    if (end !== null) this.#waiters.rejectAll(end)
    for (let waiter = this.#waiters.next(); waiter !== undefined; waiter = this.#waiters.next()) {
      waiter.resolve((waiter.target() === undefined ? null : 0) as never)
    }
  }
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafe(bytes.length)
  copy.set(bytes)
  return copy
}

/** Returns how many bytes it took. */
function serve(waiter: Waiter, target: Uint8Array, bytes: Buffer): number {
  if (target.length === 0) {
    waiter.reject(new ArgumentValueError('view', target, 'was detached while it was waited for'))
    return 0
  }
  const fits = Math.min(bytes.length, target.length)
  target.set(bytes.subarray(0, fits))
  waiter.resolve(fits as never)
  return fits
}
