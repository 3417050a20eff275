// leaks.mjs [SECONDS [sockets]]: uses everything, or only sockets, in rounds and checks that nothing grows: memory,
// descriptors, threads, and what native code counts. Exit code 1 when something does. Under LeakSanitizer the process must end by itself, which it does.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cudaRound } from './cuda-round.mjs'
import { fileRound } from './file-round.mjs'
import { pathRound } from './path-round.mjs'
import { sleepRound } from './sleep-round.mjs'
import { socketRound } from './socket-round.mjs'
import { workerRound } from './worker-round.mjs'

const seconds = Number(process.argv[2] ?? 20)
const socketsAlone = process.argv[3] === 'sockets'
// A sanitizer keeps freed memory for a while, so that resident memory says nothing there.
const sanitized = /lib[at]san/.test(process.env.LD_PRELOAD ?? '')
const mebibyte = 1 << 20

const { addon } = await import('../../dist/native.js')
setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')
const folder = mkdtempSync(join(tmpdir(), 'heddle-soak-'))
const fifo = join(folder, 'fifo')
execFileSync('mkfifo', [fifo])

async function round(i) {
  if (socketsAlone) return await socketRound()
  await Promise.all([
    fileRound(folder, fifo),
    pathRound(folder),
    sleepRound(),
    cudaRound(join(folder, 'loaded')),
    socketRound(),
  ])
  if (i % 10 === 0) await workerRound(folder)
}

/** What this process holds when all is settled and collected. */
async function footprint() {
  for (let i = 0; i < 10; ++i) {
    gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const usage = addon.usage()
  // How many connections the HTTP client keeps is a matter of chance. Each has a timer and soon a watch, and both ends are here.
  const kept = usage.idleConnections
  return {
    ...usage,
    requests: Math.max(0, usage.requests - kept),
    timers: usage.timers - kept,
    fds: readdirSync('/proc/self/fd').length - 2 * kept,
    threads: readdirSync('/proc/self/task').length,
    rss: process.memoryUsage.rss(),
  }
}

/** What a process may hold more of than it did: threads of Node's come and go, finalizers run when they like. */
const tolerance = {
  requests: 0,
  timers: 0,
  descriptors: 0,
  sockets: 0,
  httpResponses: 0,
  idleConnections: 8,
  fds: 1,
  memory: 16,
  threads: 8,
  rss: sanitized ? Number.POSITIVE_INFINITY : 32 * mebibyte,
}

const start = performance.now()
const elapsed = () => (performance.now() - start) / 1000
let rounds = 0
// The first half fills pools and caches, which takes some rounds on a slow machine too.
while (elapsed() < seconds / 2 || rounds < (sanitized ? 5 : 60)) await round(rounds++)
const before = await footprint()
const warm = rounds
while (elapsed() < seconds || rounds < warm + (sanitized ? 5 : 40)) await round(rounds++)
const after = await footprint()
rmSync(folder, { recursive: true })

const grown = Object.keys(tolerance).filter((what) => after[what] - before[what] > tolerance[what])
console.log(`${rounds} rounds in ${elapsed().toFixed(1)} s, ${warm} of them to warm up`)
console.table({ before, after })
for (const what of grown) console.error(`${what} grew from ${before[what]} to ${after[what]}`)
process.exitCode = grown.length > 0 ? 1 : 0
