import { constants } from 'node:os'
import { AbortWatch } from '../bridge/abort.js'
import { cancel, expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { placeOf } from '../bridge/memory.js'
import { TimeoutError } from '../errors.js'
import { addon } from '../native.js'
import { Timer } from '../timer.js'
import { SocketError } from './socket-error.js'
import type { WaitOptions } from './waiter.js'

const done: Promise<void> = Promise.resolve()

/** Bytes, or the end of the stream, that wait for the peer. It keeps the bytes. */
class PendingSend implements Pending {
  readonly outgoing: Outgoing
  readonly bytes: Uint8Array | undefined
  /** How many they are, also when they belong to somebody else meanwhile. */
  readonly length: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  watch: AbortWatch | undefined
  timer: Timer | undefined
  timedOut: TimeoutError | undefined

  constructor(
    outgoing: Outgoing,
    bytes: Uint8Array | undefined,
    resolve: () => void,
    reject: (error: Error) => void,
  ) {
    this.outgoing = outgoing
    this.bytes = bytes
    this.length = bytes?.byteLength ?? 0
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
    return new SocketError(status, this.bytes === undefined ? 'shutdown' : 'write')
  }
}

/**
 * What a connection has yet to send. Most bytes need no waiting: the system takes them in the call, and nothing is kept.
 * What it does not take is sent in order as the peer makes room.
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
    if (bytes.byteLength === 0) return done
    let rest = bytes
    if (this.#waiting === 0) {
      const sent = addon.send(this.#socket, bytes)
      if (sent === bytes.byteLength) return done
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
      const pending = new PendingSend(this, bytes, resolve, reject)
      const id = expect(pending)
      this.#waiting++
      if (bytes === undefined) {
        submit(opcode.end, id, this.#socket, 0, 0, 0, 0, 0)
      } else {
        this.#bytes += bytes.byteLength
        const { memory, byteOffset } = placeOf(bytes)
        submit(opcode.send, id, this.#socket, memory, 0, byteOffset, 0, bytes.byteLength)
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
