import { describe, expect, it } from 'vitest'
import { programTime, runProgram, wellEnded } from './child.ts'
import { kindsOfWork } from './kinds-of-work.ts'

// Fifty times in all: the suite runs on both I/O backends.
describe('worker.terminate in the midst of work', () => {
  it.each(kindsOfWork)('ends the Worker, 25 times: %s', programTime, async (kind) => {
    expect(await runProgram('terminate-in-work', [kind, 25])).toEqual({ ...wellEnded, stdout: 'ok\n' })
  })
})
