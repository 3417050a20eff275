import { Duplex } from 'node:stream'
import { ArgumentTypeError } from '../argument-errors.js'
import { validateBoolean, validateObject } from '../validate.js'
import { DuplexRead } from './duplex-read.js'
import { readBy, Socket } from './socket.js'

export interface DuplexOptions {
  /** Whether the writable side stays open when the peer has ended. An `http.Agent` wants false. Default: true. */
  allowHalfOpen?: boolean | undefined
}

/**
 * A socket as code for streams wants it, with the methods of `net.Socket` that `http.Agent` and its like call. What is read or
 * written here must not be read or written there.
 */
export class SocketDuplex extends Duplex {
  readonly #socket: Socket
  #reading: DuplexRead | undefined
  #referenced = true
  #idle: NodeJS.Timeout | undefined
  /** What {@link setTimeout} was given; 0: none. */
  timeout = 0

  constructor(socket: Socket, { allowHalfOpen = true }: DuplexOptions) {
    super({ allowHalfOpen })
    this.#socket = socket
  }

  override _read(): void {
    const read = new Promise<Buffer | null>((resolve, reject) => {
      const waiter = new DuplexRead(resolve, reject)
      const chunk = this.#socket[readBy](waiter)
      if (chunk !== undefined) return resolve(chunk)
      this.#reading = waiter
      waiter.counts = this.#referenced
    })
    read.then(
      (chunk) => {
        this.#idle?.refresh()
        this.push(chunk)
      },
      (error: Error) => this.destroy(error),
    )
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#written(this.#socket.write(chunk), done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#written(this.#socket.writev(chunks.map(({ chunk }) => chunk)), done)
  }

  #written(writing: Promise<void>, done: (error?: Error) => void): void {
    this.#idle?.refresh()
    writing.then(() => {
      this.#idle?.refresh()
      done()
    }, done)
  }

  override _final(done: (error?: Error) => void): void {
    this.#socket.end().then(() => done(), done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#idle)
    this.#socket.close().then(() => done(error), done)
  }

  /** Whether small writes are sent at once. As in node:net, nobody is told where the system can't do it. */
  setNoDelay(on = true): this {
    return this.#try(() => this.#socket.setNoDelay(on))
  }

  /** Whether the system asks a silent peer if it is still there, first after `initialDelay` milliseconds. */
  setKeepAlive(on = false, initialDelay = 0): this {
    return this.#try(() => this.#socket.setKeepAlive(on, initialDelay))
  }

  #try(set: () => void): this {
    try {
      set()
    } catch {}
    return this
  }

  /** Emits `'timeout'` when nothing was read or written for so many milliseconds, and does nothing else about it; 0: never. */
  setTimeout(ms: number, onTimeout?: () => void): this {
    clearTimeout(this.#idle)
    this.#idle = undefined
    this.timeout = ms
    if (ms > 0 && !this.destroyed) this.#idle = setTimeout(() => this.emit('timeout'), ms).unref()
    if (onTimeout !== undefined) {
      if (ms > 0) this.once('timeout', onTimeout)
      else this.removeListener('timeout', onTimeout)
    }
    return this
  }

  /** A wait for bytes keeps the process alive, as it does from the beginning. */
  ref(): this {
    return this.#refer(true)
  }

  /** A wait for bytes does not keep the process alive. */
  unref(): this {
    return this.#refer(false)
  }

  #refer(referenced: boolean): this {
    this.#referenced = referenced
    if (this.#reading !== undefined) this.#reading.counts = referenced
    return this
  }
}

/**
 * A `Duplex` of node:stream over a socket, for code that works on streams: `pipeline`, parsers, `http.Agent` (with
 * `allowHalfOpen: false`). It takes the socket over: destroying the stream closes the socket, and ending it ends the socket's
 * sending direction.
 */
export function toDuplex(socket: Socket, options: DuplexOptions = {}): SocketDuplex {
  if (!(socket instanceof Socket)) throw new ArgumentTypeError('socket', 'an instance of Socket', socket)
  validateObject(options, 'options')
  if (options.allowHalfOpen !== undefined) validateBoolean(options.allowHalfOpen, 'options.allowHalfOpen')
  return new SocketDuplex(socket, options)
}
