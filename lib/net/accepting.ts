import { expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { ClosedError } from '../errors.js'
import { Socket } from './socket.js'
import { SocketError } from './socket-error.js'
import type { Waiter, WaitOptions } from './waiter.js'
import { Waiters } from './waiters.js'

/** Connections that wait here for somebody to take them; further ones wait in the system's backlog. */
const limit = 1024

/** The connections of a listener: those that nobody has taken yet, and who waits for more. */
export class Accepting implements Pending {
  readonly background = true
  readonly #listener: number
  readonly #highWaterMark: number
  readonly #sockets: Socket[] = []
  readonly #waiters = new Waiters()
  #id = 0
  #accepting = false
  #end: Error | undefined

  /** @param listener its number */
  constructor(listener: number, highWaterMark: number) {
    this.#listener = listener
    this.#highWaterMark = highWaterMark
  }

  /** A connection that is there at once, or undefined. Throws what went wrong. */
  take(): Socket | undefined {
    const socket = this.#sockets.shift()
    if (socket === undefined) {
      if (this.#end !== undefined) throw this.#end
    } else if (!this.#accepting && this.#end === undefined && this.#sockets.length <= limit / 2) {
      this.#accept()
    }
    return socket
  }

  /** Precondition: there is none at once. */
  wait(waiter: Waiter, options: WaitOptions | undefined): void {
    this.#waiters.add(waiter, options)
    if (!this.#accepting) this.#accept()
  }

  /** The listener is closed. Connections that nobody has taken are closed too. */
  close(): void {
    for (const socket of this.#sockets.splice(0)) void socket.close()
    this.#finish(new ClosedError('server'))
  }

  #accept(): void {
    if (this.#id === 0) this.#id = expect(this)
    this.#accepting = true
    submit(opcode.startEndpoint, this.#id, this.#listener, 0, 0, 0, 0, 0)
  }

  progress(message: number): void {
    if (message < 0) {
      this.#finish(new SocketError(message, 'accept'))
      return
    }
    const socket = new Socket(message, this.#highWaterMark)
    if (this.#end !== undefined) {
      void socket.close()
      return
    }
    const waiter = this.#waiters.next()
    if (waiter !== undefined) {
      waiter.resolve(socket as never)
      return
    }
    this.#sockets.push(socket)
    if (this.#accepting && this.#sockets.length >= limit) {
      this.#accepting = false
      submit(opcode.pauseEndpoint, 0, this.#listener, 0, 0, 0, 0, 0)
    }
  }

  /** The listener is gone; whoever closed it has told those who waited. */
  settle(): void {
    this.#finish(new ClosedError('server'))
  }

  #finish(end: Error): void {
    this.#end ??= end
    this.#waiters.rejectAll(end)
  }
}
