import type { Area, BenchOptions } from './area.js'
import { hasProgram, Program } from './program.js'
import { interleave, type Measure } from './rounds.js'
import { lowerIsBetter, type Row, withinLimit } from './row.js'
import { sleepers as sleepersInTypeScript } from './sleepers.js'
import { summarize } from './statistics.js'

/** What a contestant's program is asked for: `ROW COUNT`. */
interface Operation {
  readonly name: string
  readonly row: string
  readonly count: number
  /** The time of ours over that of the first peer that we may take. */
  readonly goal: number
}

const operations: readonly Operation[] = [
  { name: 'yield', row: 'yield', count: 1_000_000, goal: 1.5 },
  { name: 'call', row: 'call', count: 1_000_000, goal: 1 },
  { name: 'spawn + join x1000', row: 'spawn', count: 500_000, goal: 1.15 },
  { name: 'when_all x1000', row: 'gather', count: 500_000, goal: 1.15 },
  { name: 'event ping-pong', row: 'ping-pong', count: 300_000, goal: 1.5 },
  { name: 'channel ping-pong', row: 'channel', count: 200_000, goal: 2 },
]

const forks: readonly Operation[] = [
  { name: 'fork-join, one forks all', row: 'flat', count: 1_000_000, goal: 1.3 },
  { name: 'fork-join, a tree', row: 'tree', count: 1_000_000, goal: 1.3 },
]

/** Of each sleeper, but for the lateness. */
const sleepers = [
  { name: 'heap of 1,000,000 sleepers', unit: 'B', row: 'sleeper-bytes', count: 1_000_000, limit: 128 },
  { name: 'CPU of 1,000,000 sleepers', unit: 'ns', row: 'sleeper-cpu', count: 1_000_000, limit: 250 },
  {
    name: 'the same, waking in mixed order',
    unit: 'ns',
    row: 'sleeper-cpu-mixed',
    count: 1_000_000,
    limit: null,
  },
  { name: 'lateness p99, 100,000 sleepers', unit: 'us', row: 'lateness', count: 100_000, limit: 2000 },
] as const

/** What Debian's Asio has no like of. */
const withoutAsio: readonly string[] = ['gather']

export const executor: Area = {
  name: 'executor',
  title: 'coroutines, timers and the work-stealing pool, in C++; sleeps from TypeScript',
  run: async (options) => {
    await using ours = new Program('executor_heddle', [])
    await using floor = new Program('executor_floor', [])
    await using asio = hasProgram('executor_asio') ? new Program('executor_asio', []) : null
    const rows: Row[] = []
    for (const operation of operations) {
      const rival = asio && !withoutAsio.includes(operation.row) ? asio : null
      rows.push(...(await compare(operation, { ours, floor, Asio: rival }, options)))
    }
    rows.push(...(await forkJoin(options)))
    for (const figure of sleepers) rows.push(...(await sleep(figure, asio !== null, options)))
    rows.push(...(await sleepersInTypeScript(options)))
    return rows
  },
}

async function forkJoin(options: BenchOptions): Promise<Row[]> {
  if (!hasProgram('fork_join_tbb')) return []
  await using ours = new Program('fork_join_heddle', [])
  await using tbb = new Program('fork_join_tbb', [])
  const rows: Row[] = []
  for (const fork of forks) rows.push(...(await compare(fork, { ours, oneTBB: tbb }, options)))
  return rows
}

/** Ours beside the others, of whom the first sets the goal. */
async function compare(
  { name, row, count, goal }: Operation,
  contestants: Readonly<Record<string, Program | null>> & { readonly ours: Program },
  { quick, progress }: BenchOptions,
): Promise<Row[]> {
  progress(`executor: ${name}`)
  const there = Object.entries(contestants).filter((entry): entry is [string, Program] => entry[1] !== null)
  const measures = there.map(([key, program]): [string, Measure] => [
    key,
    () => program.ask(`${row} ${count}`),
  ])
  const took = await interleave(Object.fromEntries(measures), { rounds: quick ? 7 : 31, warmups: 2 })
  const samples = (key: string) => took[key] as number[]
  return there
    .filter(([key]) => key !== 'ours')
    .map(([peerName], index) =>
      lowerIsBetter({
        name,
        unit: 'ns',
        ours: samples('ours'),
        peer: samples(peerName),
        peerName,
        goal: index === 0 ? goal : null,
      }),
    )
}

/** Each time in a new process: what it costs depends on where the memory of a million frames lies. */
async function sleep(
  { name, unit, row, count, limit }: (typeof sleepers)[number],
  besideAsio: boolean,
  { quick, progress }: BenchOptions,
): Promise<Row[]> {
  progress(`executor: ${name}`)
  const ask = (program: string) => async () => {
    await using fresh = new Program(program, [])
    return await fresh.ask(`${row} ${count}`)
  }
  const contenders: Record<string, Measure> = { ours: ask('executor_heddle') }
  if (besideAsio) contenders['asio'] = ask('executor_asio')
  const { ours = [], asio } = await interleave(contenders, { rounds: quick ? 1 : 3, warmups: 0 })
  const rows: Row[] = []
  if (limit !== null) rows.push(withinLimit(name, unit, summarize(ours), limit))
  if (asio !== undefined) {
    rows.push(lowerIsBetter({ name, unit, ours, peer: asio, peerName: 'Asio', goal: null }))
  }
  return rows
}
