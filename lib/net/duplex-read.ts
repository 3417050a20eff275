import { rest, stayAwake } from '../bridge/bridge.js'
import { Waiter } from './waiter.js'

/** A read of a Duplex, which may go on without keeping the process alive. */
export class DuplexRead extends Waiter {
  #waits = true
  #counts = true

  /** Whether it keeps the process alive. At first it does, as every wait. */
  set counts(on: boolean) {
    if (!this.#waits || on === this.#counts) return
    this.#counts = on
    if (on) stayAwake()
    else rest()
  }

  /** Whoever ends the wait has taken it for one that counts. */
  override release(): void {
    super.release()
    this.counts = true
    this.#waits = false
  }
}
