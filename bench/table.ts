import Table from 'cli-table3'
import type { Area } from './area.js'
import { machine } from './machine.js'
import type { Row } from './row.js'
import type { Summary } from './statistics.js'

/** The results for people: each figure with its spread. */
export function toTable(area: Area, rows: readonly Row[]): string {
  const table = new Table({
    head: ['', 'unit', 'heddle', 'min .. max', 'peer', 'min .. max', '', 'ratio', 'goal', 'ok'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) table.push(cells(row))
  return `${area.name}: ${area.title}\n${machine()}\n${table.toString()}\n`
}

function cells({ name, unit, ours, peer, peerName, ratio, goal, ok }: Row): string[] {
  return [
    name,
    unit,
    figure(ours.value),
    spread(ours),
    figure(peer.value),
    spread(peer),
    peerName,
    ratio.toFixed(3),
    goal === null ? '' : `<= ${goal.toFixed(3)}`,
    goal === null ? '' : ok ? 'yes' : 'NO',
  ]
}

function figure(value: number): string {
  return value.toFixed(2)
}

function spread({ min, max }: Summary): string {
  return min === max ? '' : `${figure(min)} .. ${figure(max)}`
}
