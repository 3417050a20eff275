import { cancel, expect, type Pending, submit } from './bridge/bridge.js'
import { opcode } from './bridge/layout.js'

/** Calls `onExpiry` once after `ms` milliseconds, never early. Keeps the process alive until then. */
export class Timer implements Pending {
  readonly #onExpiry: () => void
  readonly #id: number
  #over = false

  /** @param onExpiry must not throw */
  constructor(ms: number, onExpiry: () => void) {
    this.#onExpiry = onExpiry
    this.#id = expect(this)
    submit(opcode.sleep, this.#id, 0, 0, 0, 0, 0, ms)
  }

  /** `onExpiry` is not called any more. Safe to call at any time. */
  cancel(): void {
    if (this.#over) return
    this.#over = true
    cancel(this.#id)
  }

  settle(): void {
    if (this.#over) return
    this.#over = true
    this.#onExpiry()
  }
}
