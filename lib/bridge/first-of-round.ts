import { isInCrowd, isLeaving, round } from './bridge.js'

/**
 * Who is alone is served at once, in the call, and has no Promise to wait for. A crowd is served together: what comes in reaction
 * to several replies, and what exceeds the first few of a round, without which a loop that never waits would keep the event loop
 * from its turn.
 */
export class FirstOfRound {
  readonly #most: number
  #round = -1
  #left = 0

  /** @param most how many of a round */
  constructor(most: number) {
    this.#most = most
  }

  /** Whether the next one is among them. */
  next(): boolean {
    const now = round()
    if (now !== this.#round) {
      this.#round = now
      this.#left = isInCrowd() ? 0 : this.#most
    }
    return this.#left-- > 0 || isLeaving()
  }
}
