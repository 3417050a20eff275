import { expect, it } from 'vitest'
import { endings } from '../fixtures/endings.ts'
import { programTime, runProgram, wellEnded } from './child.ts'
import { kindsOfWorkOn } from './kinds-of-work.ts'
import { onEachDevice } from './target.ts'

onEachDevice('worker.terminate in the midst of work', ({ id }) => {
  it.each(kindsOfWorkOn(id))('ends the Worker: %s', programTime, async (kind) => {
    expect(await runProgram('terminate-in-work', [kind, endings(kind)], [], id)).toEqual({
      ...wellEnded,
      stdout: 'ok\n',
    })
  })
})
