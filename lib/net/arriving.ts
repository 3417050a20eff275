import { expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { ClosedError } from '../errors.js'
import type { Datagram } from './datagram.js'
import { datagramOf } from './datagram-buffers.js'
import { SocketError } from './socket-error.js'
import type { Waiter, WaitOptions } from './waiter.js'
import { Waiters } from './waiters.js'

/** What a datagram costs beside its bytes, about: a crowd of empty ones must not be free. */
const overhead = 256

/**
 * The datagrams of a socket that nobody has taken yet, and who waits for more. When about `limit` bytes wait here, nothing
 * is taken from the system until half of them are taken; there, what finds no room is dropped.
 */
export class Arriving implements Pending {
  readonly background = true
  readonly #socket: number
  readonly #limit: number
  readonly #arrived: (Datagram | SocketError)[] = []
  readonly #waiters = new Waiters()
  #next = 0 // of #arrived: shift() of a long array copies all of it
  #bytes = 0
  #id = 0
  #receiving = false
  #closed: ClosedError | undefined

  /** @param socket its number */
  constructor(socket: number, limit: number) {
    this.#socket = socket
    this.#limit = limit
  }

  /** Bytes that wait, with those that keep them. */
  get bytes(): number {
    return this.#bytes
  }

  /** A datagram that is there at once, or undefined. Throws an error of which the system has told meanwhile. */
  take(): Datagram | undefined {
    if (this.#closed !== undefined) throw this.#closed
    const first = this.#arrived[this.#next]
    if (first === undefined) return undefined
    this.#next++
    if (this.#next * 2 >= this.#arrived.length) {
      this.#arrived.splice(0, this.#next)
      this.#next = 0
    }
    this.#bytes -= costOf(first)
    if (!this.#receiving && this.#bytes <= this.#limit / 2) this.#receive()
    if (first instanceof SocketError) throw first
    return first
  }

  /** Precondition: there is none at once. */
  wait(waiter: Waiter, options: WaitOptions | undefined): void {
    this.#waiters.add(waiter, options)
    if (!this.#receiving) this.#receive()
  }

  /** The socket is closed: nobody gets anything any more. */
  close(): void {
    this.#closed ??= new ClosedError('socket')
    this.#arrived.length = 0
    this.#next = 0
    this.#bytes = 0
    this.#waiters.rejectAll(this.#closed)
  }

  #receive(): void {
    if (this.#id === 0) this.#id = expect(this)
    this.#receiving = true
    submit(opcode.startEndpoint, this.#id, this.#socket, 0, 0, 0, 0, 0)
  }

  progress(message: number): void {
    if (this.#closed !== undefined) return
    const what = message < 0 ? new SocketError(message, 'recvmsg') : datagramOf(message)
    const waiter = this.#waiters.next()
    if (waiter === undefined) {
      this.#keep(what)
      return
    }
    if (what instanceof SocketError) waiter.reject(what)
    else waiter.resolve(what as never)
  }

  #keep(what: Datagram | SocketError): void {
    this.#arrived.push(what)
    this.#bytes += costOf(what)
    if (this.#receiving && this.#bytes >= this.#limit) {
      this.#receiving = false
      submit(opcode.pauseEndpoint, 0, this.#socket, 0, 0, 0, 0, 0)
    }
  }

  /** The socket is gone; whoever closed it has told those who waited. */
  settle(): void {
    this.close()
  }
}

function costOf(what: Datagram | SocketError): number {
  return overhead + (what instanceof SocketError ? 0 : what.data.length)
}
