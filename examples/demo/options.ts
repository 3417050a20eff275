import { parseArgs } from 'node:util'
import { Failure } from './failure.js'

export const usage = `Usage: npm run demo [-- [options] [FILE]]

Sends FILE through disk -> pinned memory -> device -> byte-histogram kernel three ways, compares
speed, event-loop delay and CPU time, and draws what ran when.

  FILE               default: the Node executable that runs this
  --device <n|host>  default: the first GPU, or the host device (CPU threads) where there is none
  -h, --help         print this

Writes heddle-timeline.html and heddle-timeline.json into the current directory.
`

export interface Options {
  readonly help: boolean
  readonly path: string
  /** undefined: let the host decide. */
  readonly device: number | 'host' | undefined
}

export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parse(argv)
  if (positionals.length > 1) throw new Failure(`one FILE at a time, please; there are ${positionals.length}`)
  return {
    help: values.help ?? false,
    path: positionals[0] ?? process.execPath,
    device: values.device === undefined ? undefined : deviceOption(values.device),
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, device: { type: 'string' } },
    })
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function deviceOption(text: string): number | 'host' {
  if (text === 'host') return text
  if (/^\d{1,3}$/.test(text)) return Number(text)
  throw new Failure(`--device is the number of a GPU or 'host', not '${text}'`)
}
