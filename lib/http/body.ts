import { type AbortWatcher, unwatchAbort, watchAbort } from '../abort-watchers.js'
import { ArgumentValueError } from '../argument-errors.js'
import { expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode, fill as wholeBuffer } from '../bridge/layout.js'
import { placeOf } from '../bridge/memory.js'
import { AbortError } from '../errors.js'
import { type Bounds, failureOf } from './failure.js'
import { isResizable } from './resizable.js'

/** How much passes through other memory at a time, where it has to. */
const besideBytes = 64 << 10

/** One read of a body. */
class PendingRead implements Pending {
  readonly body: Body
  readonly view: Uint8Array
  readonly resolve: (bytes: number) => void
  readonly reject: (error: Error) => void

  constructor(
    body: Body,
    view: Uint8Array,
    resolve: (bytes: number) => void,
    reject: (error: Error) => void,
  ) {
    this.body = body
    this.view = view
    this.resolve = resolve
    this.reject = reject
  }

  settle(status: number, value: number, id: number): void {
    if (status !== 0) {
      this.reject(this.body[failed](failureOf(status, id, this.body.bounds)))
    } else if (value < 0) {
      this.body[finished]()
      this.resolve(-1 - value)
    } else {
      this.resolve(value)
    }
  }
}

const failed = Symbol('failed')
const finished = Symbol('finished')

/** Heeds a signal for a body without keeping it: a signal may live much longer than a response that was dropped. */
class BodyWatch implements AbortWatcher {
  readonly #body: WeakRef<Body>
  readonly #signal: AbortSignal

  constructor(body: Body, signal: AbortSignal) {
    this.#body = new WeakRef(body)
    this.#signal = signal
    watchAbort(signal, this)
  }

  aborted(): void {
    this.#body.deref()?.cancel(new AbortError(this.#signal))
  }

  release(): void {
    unwatchAbort(this.#signal, this)
  }
}

interface Dropped {
  readonly response: number
  readonly watch: BodyWatch | undefined
}

/** Responses that were dropped with their bodies unread give their connections back. */
const dropped = new FinalizationRegistry<Dropped>(({ response, watch }) => {
  watch?.release()
  drop(response)
})

function drop(response: number): void {
  submit(opcode.httpDrop, 0, response, 0, 0, 0, 0, 0)
}

/** The body of a response that native code holds: bytes come when they are asked for, and not before. */
export class Body {
  readonly bounds: Bounds
  /** -1 when there is nothing left to read from. */
  #response: number
  readonly #watch: BodyWatch | undefined
  #error: Error | undefined

  /** @param response its number on the bridge, which this gives back */
  constructor(response: number, bounds: Bounds) {
    this.#response = response
    this.bounds = bounds
    const { signal } = bounds
    if (signal !== undefined && !signal.aborted) this.#watch = new BodyWatch(this, signal)
    dropped.register(this, { response, watch: this.#watch }, this)
    if (signal?.aborted === true) this.cancel(new AbortError(signal))
  }

  /** Whether the last byte was read. Not so where the body has failed, or was given up: reads then reject. */
  get ended(): boolean {
    return this.#response === -1 && this.#error === undefined
  }

  /**
   * Reads into a view that is not empty. Resolves to how many bytes came; 0 at the end.
   *
   * @param fill waits until the view is full, or the body has ended
   */
  read(view: Uint8Array, fill: boolean): Promise<number> {
    return isResizable(view.buffer) ? this.#readBeside(view, fill) : this.#read(view, fill)
  }

  /** By way of memory that stays where it is. */
  async #readBeside(view: Uint8Array, fill: boolean): Promise<number> {
    const length = view.byteLength
    const beside = new Uint8Array(Math.min(length, besideBytes))
    let filled = 0
    do {
      const bytes = await this.#read(beside.subarray(0, length - filled), fill)
      if (view.byteLength < length) {
        const error = new ArgumentValueError('target', view, 'was shrunk or detached while it was filled')
        this.cancel(error)
        throw error
      }
      view.set(beside.subarray(0, bytes), filled)
      filled += bytes
    } while (fill && filled < length && !this.ended)
    return filled
  }

  #read(view: Uint8Array, fill: boolean): Promise<number> {
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.ended) return Promise.resolve(0)
    const { memory, byteOffset } = placeOf(view)
    return new Promise((resolve, reject) => {
      const id = expect(new PendingRead(this, view, resolve, reject))
      submit(
        opcode.httpRead,
        id,
        this.#response,
        memory,
        fill ? wholeBuffer : 0,
        byteOffset,
        0,
        view.byteLength,
      )
    })
  }

  /** Gives the body up: its connection is closed. Reads in flight reject. Safe to call at any time. */
  cancel(error: Error): void {
    if (this.#response === -1) return
    this.#error = error
    drop(this.#response)
    this[finished]()
  }

  [failed](error: Error): Error {
    this.#error ??= error
    this[finished]()
    return this.#error
  }

  [finished](): void {
    if (this.#response === -1) return
    this.#response = -1
    dropped.unregister(this)
    this.#watch?.release()
  }
}
