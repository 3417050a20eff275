// http-memory NAME URL COUNT: the resident memory that each of COUNT requests in flight at a time costs, in bytes, printed.
import { setTimeout } from 'node:timers/promises'
import { type ContestantName, contestants } from './http-contestants.js'

const [name, url, count] = process.argv.slice(2) as [ContestantName, string, string]
const ask = contestants[name]
const collect = (globalThis as { gc?: () => void }).gc

// What is compiled and allocated once is not a request's.
for (let i = 0; i < 20; ++i) await Promise.all(Array.from({ length: 10 }, () => ask(`${url}/late/1`)))
collect?.()
const before = process.memoryUsage.rss()
const asking = Promise.all(Array.from({ length: Number(count) }, () => ask(`${url}/late/2000`)))
await setTimeout(1200)
const during = process.memoryUsage.rss()
await asking
console.log((during - before) / Number(count))
process.exit()
