import { expect, it } from 'vitest'
import { runRepeatedly } from '../fixtures/child.ts'
import { endings } from '../fixtures/endings.ts'
import { programTime, runProgram } from './child.ts'
import { kindsOfWorkOn } from './kinds-of-work.ts'
import { onEachDevice } from './target.ts'

onEachDevice('process.exit in the midst of work', ({ id }) => {
  it.each(kindsOfWorkOn(id))('ends the process: %s', programTime, (kind) =>
    runRepeatedly(endings(kind), async (i) => {
      const ending = await runProgram('exit-in-work', [kind, i % 10], [], id)
      expect([i, ending]).toEqual([i, { code: 7, signal: null, stdout: '', stderr: '' }])
    }),
  )
})
