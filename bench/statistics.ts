/** What many samples come down to. */
export interface Summary {
  /** The one that stands for all of them. */
  readonly value: number
  readonly min: number
  readonly max: number
}

/** The median stands for the contender: one disturbed round moves it little, and a lucky one as little. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = at(sorted, middle)
  return {
    value: sorted.length % 2 === 1 ? upper : (at(sorted, middle - 1) + upper) / 2,
    min: at(sorted, 0),
    max: at(sorted, sorted.length - 1),
  }
}

/** A figure that was taken once. */
export function single(value: number): Summary {
  return { value, min: value, max: value }
}

function at(sorted: readonly number[], index: number): number {
  const value = sorted[index]
  if (value === undefined) throw new RangeError('a summary needs at least one sample')
  return value
}
