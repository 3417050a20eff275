import { rest, stayAwake } from '../bridge/bridge.js'
import type { Waiter, WaiterQueue, WaitOptions } from './waiter.js'

/**
 * Those who wait for the same thing, first come first served: a chain, so that each can leave at once wherever it stands.
 * While anybody waits, the process stays alive.
 */
export class Waiters implements WaiterQueue {
  #first: Waiter | undefined
  #last: Waiter | undefined

  /** Precondition: the signal is not aborted. */
  add(waiter: Waiter, options: WaitOptions | undefined): void {
    const last = this.#last
    waiter.previous = last
    waiter.waits = true
    if (last === undefined) this.#first = waiter
    else last.next = waiter
    this.#last = waiter
    stayAwake()
    if (options !== undefined) waiter.watch(this, options)
  }

  /** Whose turn it is: their wait is over, and they are to be answered. */
  next(): Waiter | undefined {
    const waiter = this.#first
    if (waiter === undefined) return undefined
    this.#remove(waiter)
    waiter.release()
    return waiter
  }

  rejectAll(error: Error): void {
    for (let waiter = this.next(); waiter !== undefined; waiter = this.next()) waiter.reject(error)
  }

  abandoned(waiter: Waiter): void {
    if (waiter.waits) this.#remove(waiter)
  }

  #remove(waiter: Waiter): void {
    const { previous, next } = waiter
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    waiter.previous = undefined
    waiter.next = undefined
    waiter.waits = false
    rest()
  }
}
