import { describe, expect, it } from 'vitest'
import { programTime, runProgram, wellEnded } from './child.ts'
import { kindsOfWork } from './kinds-of-work.ts'

describe('worker.terminate in the midst of work', () => {
  it.each(kindsOfWork)('ends the Worker, 50 times: %s', programTime, async (kind) => {
    expect(await runProgram('terminate-in-work', [kind, 50])).toEqual({ ...wellEnded, stdout: 'ok\n' })
  })
})
