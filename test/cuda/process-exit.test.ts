import { describe, expect, it } from 'vitest'
import { runRepeatedly } from '../fixtures/child.ts'
import { programTime, runProgram } from './child.ts'
import { kindsOfWork } from './kinds-of-work.ts'

// Fifty times in all: the suite runs on both I/O backends.
describe('process.exit in the midst of work', () => {
  it.each(kindsOfWork)('ends the process, 25 times: %s', programTime, (kind) =>
    runRepeatedly(25, async (i) => {
      const ending = await runProgram('exit-in-work', [kind, i % 10])
      expect([i, ending]).toEqual([i, { code: 7, signal: null, stdout: '', stderr: '' }])
    }),
  )
})
