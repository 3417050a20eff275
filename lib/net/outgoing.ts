import { constants } from 'node:os'
import { AbortWatch } from '../bridge/abort.js'
import { argumentViews, reserveArguments } from '../bridge/arguments.js'
import { cancel, expect, isLeaving, type Pending, submit } from '../bridge/bridge.js'
import { FirstOfRound } from '../bridge/first-of-round.js'
import { opcode } from '../bridge/layout.js'
import { placeOf } from '../bridge/memory.js'
import { TimeoutError } from '../errors.js'
import { addon } from '../native.js'
import { Timer } from '../timer.js'
import { SocketError } from './socket-error.js'
import type { WaitOptions } from './waiter.js'

const done: Promise<void> = Promise.resolve()

/**
 * Writes of at most so many bytes are copied, all but the first few of a round, and reach the system when the round is over: all
 * in one call, where calls are dear. By itself each would cost more than what is sent.
 */
const mostCopied = 4096
const first = new FirstOfRound(2)

/** Bytes, or the end of the stream, that are not with the system yet. Native code has the bytes. */
class PendingSend implements Pending {
  readonly outgoing: Outgoing
  /** How many bytes; 0 for the end. */
  readonly length: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  watch: AbortWatch | undefined
  timer: Timer | undefined
  timedOut: TimeoutError | undefined

  constructor(outgoing: Outgoing, length: number, resolve: () => void, reject: (error: Error) => void) {
    this.outgoing = outgoing
    this.length = length
    this.resolve = resolve
    this.reject = reject
  }

  heed(id: number, { signal, timeout }: WaitOptions): void {
    if (signal !== undefined) this.watch = new AbortWatch(signal, id)
    if (timeout === undefined) return
    this.timer = new Timer(timeout, () => {
      this.timedOut = new TimeoutError(timeout)
      cancel(id)
    })
  }

  settle(status: number): void {
    this.watch?.release()
    this.timer?.cancel()
    this.outgoing.settled(this)
    if (status === 0) this.resolve()
    else this.reject(this.#error(status))
  }

  #error(status: number): Error {
    const closed = this.outgoing.whyClosed
    if (closed !== undefined) return closed
    if (this.timedOut !== undefined) return this.timedOut
    if (status === -constants.errno.ECANCELED && this.watch !== undefined) return this.watch.error()
    return new SocketError(status, this.length === 0 ? 'shutdown' : 'write')
  }
}

/**
 * What a connection has yet to send. Most bytes need not wait for the peer: the system takes them in the call, or at the end of
 * the round. What it does not take is sent in order as the peer makes room.
 */
export class Outgoing {
  readonly #socket: number
  /** What waits to be sent keeps it from being collected, and so from being closed. */
  readonly owner: object
  #waiting = 0
  #bytes = 0
  #ended = false
  /** Set when the socket is closed: what those get who still wait. */
  whyClosed: Error | undefined

  /** @param socket its number */
  constructor(socket: number, owner: object) {
    this.#socket = socket
    this.owner = owner
  }

  /** Bytes of writes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Precondition: not ended. */
  write(bytes: Uint8Array, options: WaitOptions | undefined): Promise<void> {
    const length = bytes.byteLength
    if (length === 0) return done
    let rest = bytes
    if (this.#waiting === 0 && (length > mostCopied || first.next())) {
      const sent = addon.send(this.#socket, bytes)
      if (sent === length) return done
      if (sent < 0) return Promise.reject(new SocketError(sent, 'write'))
      if (sent > 0) rest = bytes.subarray(sent)
    }
    return this.#send(rest, options)
  }

  /** Nothing is sent after what waits. */
  end(options: WaitOptions | undefined): Promise<void> {
    this.#ended = true
    return this.#send(undefined, options)
  }

  #send(bytes: Uint8Array | undefined, options: WaitOptions | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const length = bytes === undefined ? 0 : bytes.byteLength
      const pending = new PendingSend(this, length, resolve, reject)
      const id = expect(pending)
      this.#waiting++
      this.#bytes += length
      if (bytes === undefined) {
        submit(opcode.end, id, this.#socket, 0, 0, 0, 0, 0)
      } else if (length <= mostCopied) {
        const at = reserveArguments(length)
        argumentViews.u8.set(bytes, at)
        submit(opcode.sendCopied, id, this.#socket, 0, 0, at, 0, length)
        if (isLeaving()) addon.leave()
      } else {
        const { memory, byteOffset } = placeOf(bytes)
        submit(opcode.send, id, this.#socket, memory, 0, byteOffset, 0, length)
        // Native code holds the memory from here on: the next line may give it away, and drop it.
        addon.drain()
      }
      if (options !== undefined) pending.heed(id, options)
    })
  }

  /** @internal */
  settled(pending: PendingSend): void {
    this.#waiting--
    this.#bytes -= pending.length
  }
}
