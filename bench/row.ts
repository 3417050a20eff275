import { type Summary, single, summarize } from './statistics.js'

/** One line of the results: ours beside a peer, and by how much we may be behind it. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly ours: Summary
  readonly peer: Summary
  readonly peerName: string
  /** Below 1 we are ahead, whatever the unit. */
  readonly ratio: number
  /** The ratio not to exceed; null where the row only informs. */
  readonly goal: number | null
  readonly ok: boolean
}

/** What both kinds of comparison are made of: a sample of each side from each round. */
export interface Comparison {
  readonly name: string
  readonly unit: string
  readonly ours: readonly number[]
  readonly peer: readonly number[]
  readonly peerName: string
  readonly goal: number | null
}

/** For times, bytes and whatever else there should be little of. */
export function lowerIsBetter(comparison: Comparison): Row {
  return compare(comparison, (ours, peer) => ours / peer)
}

/** For rates. */
export function higherIsBetter(comparison: Comparison): Row {
  return compare(comparison, (ours, peer) => peer / ours)
}

/** For a figure that has a bound of its own and no peer. */
export function withinLimit(name: string, unit: string, ours: Summary, limit: number): Row {
  const ratio = ours.value / limit
  return { name, unit, ours, peer: single(limit), peerName: 'limit', ratio, goal: 1, ok: ratio <= 1 }
}

/** For figures that were taken once each, the less the better; the row only informs. */
export function compared(figures: Pick<Row, 'name' | 'unit' | 'ours' | 'peer' | 'peerName'>): Row {
  return { ...figures, ratio: figures.ours.value / figures.peer.value, goal: null, ok: true }
}

/**
 * The ratio is the median of each round's own ratio, not the ratio of the medians: a machine that changes its
 * speed in the middle of a run changes both sides of a round, but may put the two medians into different
 * halves of the run.
 */
function compare(comparison: Comparison, ratioOf: (ours: number, peer: number) => number): Row {
  const { ours, peer, goal } = comparison
  const ratios = ours.map((sample, round) => ratioOf(sample, peer[round] as number))
  const ratio = summarize(ratios).value
  const ok = goal === null || ratio <= goal
  return { ...comparison, ours: summarize(ours), peer: summarize(peer), ratio, ok }
}
