// npm run bench [-- AREA...] [--quick] [--size MiB] [--json]
import { parseArgs } from 'node:util'
import type { Area, BenchOptions } from './area.js'
import { executor } from './executor.js'
import { gpu } from './gpu.js'
import { http } from './http.js'
import { io } from './io.js'
import { toJson } from './json.js'
import { load } from './load.js'
import { net } from './net.js'
import { Refusal } from './refusal.js'
import { toTable } from './table.js'

const areas: readonly Area[] = [executor, io, net, http, load, gpu]

/** Nothing but the results goes to stdout. */
async function main(args: string[]): Promise<void> {
  const { chosen, json, options } = parse(args)
  for (const area of chosen) {
    const rows = await area.run(options)
    progress('')
    process.stdout.write(`${json ? toJson(area, rows) : toTable(area, rows)}\n`)
  }
}

function parse(args: string[]): { chosen: readonly Area[]; json: boolean; options: BenchOptions } {
  const { values, positionals } = parsed(args)
  const chosen = positionals.length > 0 ? positionals.map(areaNamed) : areas
  const { json, quick } = values
  if (json && chosen.length !== 1) throw new Refusal('--json takes exactly one area')
  const mebibytes = Number(values.size)
  if (!Number.isSafeInteger(mebibytes) || mebibytes < 1) throw new Refusal('--size is a number of MiB')
  return { chosen, json, options: { quick, size: mebibytes * 2 ** 20, progress } }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        size: { type: 'string', default: '1024' },
      },
    })
  } catch (error) {
    throw new Refusal(error instanceof Error ? error.message : String(error))
  }
}

function areaNamed(name: string): Area {
  const area = areas.find((candidate) => candidate.name === name)
  if (!area) throw new Refusal(`no area '${name}'; there are ${areas.map((each) => each.name).join(', ')}`)
  return area
}

/** Overwrites itself on a terminal; elsewhere it would only be noise. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

// An interrupted run leaves through 'exit', where large temporary files are removed.
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error)
  process.exitCode = 1
} finally {
  progress('')
}
