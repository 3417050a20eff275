/** What one stream has seen of each: the number of the last operation that comes before whatever is given to it now. */
type Clock = number[]

interface Uses {
  /** By stream: the number of its last operation that wrote, and of its last that read. */
  written: Clock
  read: Clock
}

/** Who has to be waited for before an operation may touch a buffer, and whether by event or stream. */
export interface Needed {
  stream: number
  /** An event that was recorded late enough. */
  event: number | undefined
}

/**
 * Knows what is ordered before what, so that a program waits where it must and nowhere else: its result is then the same
 * as if everything had been done one by one.
 */
export class OrderKeeper {
  readonly #clocks: Clock[]
  readonly #uses = new Map<number, Uses>()
  readonly #events = new Map<number, { stream: number; clock: Clock }>()

  constructor(streams: number) {
    this.#clocks = Array.from({ length: streams }, () => Array(streams).fill(0))
  }

  /** What must be waited for before `stream` reads `reads` and writes `writes`. */
  needed(stream: number, reads: readonly number[], writes: readonly number[]): Needed[] {
    const clock = this.#clock(stream)
    const due: Clock = [...clock]
    for (const buffer of [...reads, ...writes]) join(due, this.#usesOf(buffer).written)
    for (const buffer of writes) join(due, this.#usesOf(buffer).read)
    return due.flatMap((number, other) =>
      other === stream || number <= (clock[other] as number)
        ? []
        : [{ stream: other, event: this.#eventAfter(other, number) }],
    )
  }

  /** `stream` was given an operation. */
  used(stream: number, reads: readonly number[], writes: readonly number[]): void {
    const clock = this.#clock(stream)
    const number = (clock[stream] as number) + 1
    clock[stream] = number
    for (const buffer of reads) this.#usesOf(buffer).read[stream] = number
    for (const buffer of writes) this.#usesOf(buffer).written[stream] = number
  }

  recorded(stream: number, event: number): void {
    this.#events.set(event, { stream, clock: [...this.#clock(stream)] })
  }

  waited(stream: number, event: number): void {
    const recorded = this.#events.get(event)
    if (recorded !== undefined) join(this.#clock(stream), recorded.clock)
  }

  joined(stream: number, on: number): void {
    join(this.#clock(stream), this.#clock(on))
  }

  #eventAfter(stream: number, number: number): number | undefined {
    for (const [event, { clock }] of this.#events) {
      if ((clock[stream] as number) >= number) return event
    }
    return undefined
  }

  #clock(stream: number): Clock {
    return this.#clocks[stream] as Clock
  }

  #usesOf(buffer: number): Uses {
    const known = this.#uses.get(buffer)
    if (known !== undefined) return known
    const none = () => Array(this.#clocks.length).fill(0)
    const uses = { written: none(), read: none() }
    this.#uses.set(buffer, uses)
    return uses
  }
}

function join(clock: Clock, other: Clock): void {
  for (const [i, number] of other.entries()) clock[i] = Math.max(clock[i] as number, number)
}
