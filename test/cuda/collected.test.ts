import { expect, it } from 'vitest'
import { programTime, runProgram, wellEnded } from './child.ts'

const programs = [
  'arrays',
  'pinned',
  'slices',
  'loaded',
  'views',
  'streams',
  'events',
  'operations',
  'sources',
  'in-flight',
  'pools',
  'registered',
]

it.each(programs)(
  'what is collected is given back, and what is in use is not: %s',
  programTime,
  async (what) => {
    expect(await runProgram('collected', [what], ['--expose-gc'])).toMatchObject({
      ...wellEnded,
      stdout: 'ok\n',
    })
  },
)
