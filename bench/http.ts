import type { Area, BenchOptions } from './area.js'
import { type Ask, type ContestantName, contestants } from './http-contestants.js'
import { firstLineOf, HttpServer, spawnBench } from './http-server-process.js'
import { interleave } from './rounds.js'
import { higherIsBetter, lowerIsBetter, type Row, withinLimit } from './row.js'
import { single, summarize } from './statistics.js'

const names = ['heddle', 'fetch', 'node'] as const
const peers = [
  ['fetch', 'fetch'],
  ['node', 'node:http'],
] as const
const largeBytes = 64 << 20

export const http: Area = {
  name: 'http',
  title: 'GET over HTTP/1.1 from a node:http server of another process, connections kept',
  run: async (options) => {
    await using server = await HttpServer.start()
    return [
      ...(await late(server.url, options)),
      ...(await memory(server.url, options)),
      ...(await small(server.url, 1, options)),
      ...(await small(server.url, 64, options)),
      ...(await large(server.url, options)),
    ]
  },
}

/** The same measurement of each contestant. */
function each(
  measure: (ask: Ask) => Promise<number>,
  options: { rounds: number; warmups: number },
): Promise<Record<ContestantName, number[]>> {
  const entries = names.map((name) => [name, () => measure(contestants[name])] as const)
  return interleave(Object.fromEntries(entries) as Record<ContestantName, () => Promise<number>>, options)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

/** The classic: whoever waits for many at a time should wait no longer than for one. */
async function late(url: string, { quick, progress }: BenchOptions): Promise<Row[]> {
  progress('http: 100 at a time')
  const took = await each(
    (ask) => timed(() => Promise.all(Array.from({ length: 100 }, () => ask(`${url}/late/200`)))),
    { rounds: quick ? 5 : 15, warmups: 1 },
  )
  const common = { name: '100 at a time, 200 ms each', unit: 'ms', ours: took.heddle, goal: null }
  return [
    withinLimit(common.name, common.unit, summarize(took.heddle), 215),
    ...peers.map(([peer, peerName]) => lowerIsBetter({ ...common, peer: took[peer], peerName })),
  ]
}

async function memory(url: string, { progress }: BenchOptions): Promise<Row[]> {
  const count = 1000
  const cost = {} as Record<ContestantName, number>
  for (const name of names) {
    progress(`http: memory of ${name}`)
    cost[name] = Number(await firstLineOf(spawnBench('http-memory', [name, url, String(count)]))) / 1024
  }
  const common = { name: `resident memory of ${count} at a time`, unit: 'KiB each', goal: null }
  return [
    withinLimit(common.name, common.unit, single(cost.heddle), 20),
    ...peers.map(([peer, peerName]) =>
      lowerIsBetter({ ...common, ours: [cost.heddle], peer: [cost[peer]], peerName }),
    ),
  ]
}

async function small(url: string, inFlight: number, { quick, progress }: BenchOptions): Promise<Row[]> {
  progress(`http: 1 KiB, ${inFlight} in flight`)
  const requests = 640
  const took = await each(
    async (ask) => {
      const lane = async () => {
        for (let i = 0; i < requests / inFlight; ++i) await ask(`${url}/small`)
      }
      return ((await timed(() => Promise.all(Array.from({ length: inFlight }, lane)))) * 1000) / requests
    },
    { rounds: quick ? 7 : 21, warmups: 3 },
  )
  const common = { name: `1 KiB, ${inFlight} in flight`, unit: 'us/request', ours: took.heddle, goal: null }
  return peers.map(([peer, peerName]) => lowerIsBetter({ ...common, peer: took[peer], peerName }))
}

async function large(url: string, { quick, progress }: BenchOptions): Promise<Row[]> {
  progress('http: 64 MiB')
  const rates = await each(async (ask) => largeBytes / 1e3 / (await timed(() => ask(`${url}/large`))), {
    rounds: quick ? 3 : 9,
    warmups: 1,
  })
  const common = { name: '64 MiB', unit: 'MB/s', ours: rates.heddle, goal: null }
  return peers.map(([peer, peerName]) => higherIsBetter({ ...common, peer: rates[peer], peerName }))
}
