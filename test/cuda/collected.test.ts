import { expect, it } from 'vitest'
import { programTime, runProgram, wellEnded } from './child.ts'
import { onEachDevice } from './target.ts'

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

onEachDevice('garbage', ({ id }) => {
  it.each(programs)(
    'what is collected is given back, and what is in use is not: %s',
    programTime,
    async (what) => {
      expect(await runProgram('collected', [what], ['--expose-gc'], id)).toMatchObject({
        ...wellEnded,
        stdout: 'ok\n',
      })
    },
  )
})
