import { rest, stayAwake } from '../bridge/bridge.js'
import type { Waiter, WaiterQueue, WaitOptions } from './waiter.js'

/** Those who wait for the same thing, first come first served. While anybody waits, the process stays alive. */
export class Waiters implements WaiterQueue {
  readonly #waiting: Waiter[] = []

  /** Precondition: the signal is not aborted. */
  add(waiter: Waiter, options: WaitOptions | undefined): void {
    this.#waiting.push(waiter)
    stayAwake()
    if (options !== undefined) waiter.watch(this, options)
  }

  /** Whose turn it is: their wait is over, and they are to be answered. */
  next(): Waiter | undefined {
    const waiter = this.#waiting.shift()
    if (waiter === undefined) return undefined
    rest()
    waiter.release()
    return waiter
  }

  rejectAll(error: Error): void {
    for (let waiter = this.next(); waiter !== undefined; waiter = this.next()) waiter.reject(error)
  }

  abandoned(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    rest()
  }
}
