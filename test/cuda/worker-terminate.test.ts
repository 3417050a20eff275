import { describe, expect, it } from 'vitest'
import { endings } from '../fixtures/endings.ts'
import { programTime, runProgram, wellEnded } from './child.ts'
import { kindsOfWork } from './kinds-of-work.ts'

describe('worker.terminate in the midst of work', () => {
  it.each(kindsOfWork)('ends the Worker: %s', programTime, async (kind) => {
    expect(await runProgram('terminate-in-work', [kind, endings(kind)])).toEqual({
      ...wellEnded,
      stdout: 'ok\n',
    })
  })
})
