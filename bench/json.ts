import type { Area } from './area.js'
import type { Row } from './row.js'

/** The results for programs: one figure each, without its spread, and exactly these fields. */
export function toJson(area: Area, rows: readonly Row[]): string {
  return JSON.stringify({
    area: area.name,
    rows: rows.map(({ name, unit, ours, peer, peerName, ratio, goal, ok }) => ({
      name,
      unit,
      ours: rounded(ours.value),
      peer: rounded(peer.value),
      peerName,
      ratio: rounded(ratio),
      goal: goal === null ? null : rounded(goal),
      ok,
    })),
  })
}

/** Four digits are more than the measurements hold. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
