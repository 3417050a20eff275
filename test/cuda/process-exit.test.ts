import { describe, expect, it } from 'vitest'
import { runRepeatedly } from '../fixtures/child.ts'
import { endings } from '../fixtures/endings.ts'
import { programTime, runProgram } from './child.ts'
import { kindsOfWork } from './kinds-of-work.ts'

describe('process.exit in the midst of work', () => {
  it.each(kindsOfWork)('ends the process: %s', programTime, (kind) =>
    runRepeatedly(endings(kind), async (i) => {
      const ending = await runProgram('exit-in-work', [kind, i % 10])
      expect([i, ending]).toEqual([i, { code: 7, signal: null, stdout: '', stderr: '' }])
    }),
  )
})
