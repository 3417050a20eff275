import { fileURLToPath } from 'node:url'
import type { Area, BenchOptions } from './area.js'
import { pendingConnects } from './pending-connects.js'
import { pathOf } from './program.js'
import { interleave } from './rounds.js'
import { lowerIsBetter, type Row, withinLimit } from './row.js'
import { ServerProcess } from './server-process.js'
import { summarize } from './statistics.js'
import { wrk } from './wrk.js'

const connectionCounts = [64, 1000]
const cpuGoal = 1.15
const latencyGoal = 1.5
const acceptLimit = 50
const script = fileURLToPath(new URL('net-server.js', import.meta.url))

/** Microseconds of CPU for a request, and the latency that goes with it. */
interface Sample {
  readonly cpu: number
  readonly p99: number
}

export const net: Area = {
  name: 'net',
  title:
    'a minimal response to each request, by wrk; CPU is that of the server, in user code and in the kernel',
  run: async (options) => {
    const rows: Row[] = []
    for (const connections of connectionCounts) rows.push(...(await compare(connections, options)))
    rows.push(...(await accepts(options)))
    return rows
  },
}

async function compare(connections: number, { quick, progress }: BenchOptions): Promise<Row[]> {
  progress(`net: ${connections} connections`)
  await using epoll = await ServerProcess.start(pathOf('epoll_server'), [])
  await using heddle = await ServerProcess.start(process.execPath, [script, 'heddle'])
  await using node = await ServerProcess.start(process.execPath, [script, 'node'])
  const samples: Record<string, Sample[]> = { epoll: [], heddle: [], node: [] }
  const measure = (name: string, server: ServerProcess) => async () => {
    const before = server.cpuSeconds()
    const { requests, p99 } = await wrk(server.port, connections, quick ? 1 : 3)
    const cpu = ((server.cpuSeconds() - before) * 1e6) / requests
    samples[name]?.push({ cpu, p99 })
    return cpu
  }
  const warmups = 1
  await interleave(
    { epoll: measure('epoll', epoll), heddle: measure('heddle', heddle), node: measure('node', node) },
    { rounds: quick ? 3 : 7, warmups },
  )
  const of = (name: string, figure: keyof Sample) =>
    (samples[name] as Sample[]).slice(warmups).map((sample) => sample[figure])
  const row = (
    name: string,
    unit: string,
    figure: keyof Sample,
    peer: string,
    peerName: string,
    goal: number | null,
  ) =>
    lowerIsBetter({
      name: `${name}, ${connections} connections`,
      unit,
      ours: of('heddle', figure),
      peer: of(peer, figure),
      peerName,
      goal,
    })
  return [
    row('CPU of a request', 'us', 'cpu', 'epoll', 'C epoll', cpuGoal),
    row('CPU of a request', 'us', 'cpu', 'node', 'node:net', null),
    row('latency p99', 'ms', 'p99', 'epoll', 'C epoll', latencyGoal),
    row('latency p99', 'ms', 'p99', 'node', 'node:net', null),
  ]
}

async function accepts({ quick, progress }: BenchOptions): Promise<Row[]> {
  progress('net: pending connects')
  const took: number[] = []
  for (let round = 0; round < (quick ? 3 : 9); ++round) took.push(await pendingConnects(1000, 5))
  const name = '1,000 pending connects, with 5 ms of JavaScript a turn'
  return [withinLimit(name, 'ms', summarize(took), acceptLimit)]
}
