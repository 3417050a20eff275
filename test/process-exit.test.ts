import { mkdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { run, runRepeatedly } from './fixtures/child.ts'
import { endings } from './fixtures/endings.ts'
import { kindsOfOperations } from './fixtures/kinds.ts'
import { tempFolder } from './fixtures/temp.ts'

const folder = tempFolder()
const ways = ['at once', 'in a turn', 'in a continuation', 'on exit']

async function exits(kind: string, round: number): Promise<void> {
  const place = folder.fresh('place')
  mkdirSync(place)
  const ended = await run('exit-early', { args: [kind, ways[round % ways.length] as string, place] })
  expect(ended).toEqual({ code: 7, signal: null, stdout: '', stderr: '' })
}

/** No crash, no hang, no noise. */
it.each(['everything', ...kindsOfOperations])(
  'process.exit() in the middle of %s',
  (kind) => runRepeatedly(endings(kind), (round) => exits(kind, round)),
  120_000,
)
