import { expect, it } from 'vitest'
import { runClean } from './fixtures/child.ts'
import { endings } from './fixtures/endings.ts'
import { kindsOfOperations } from './fixtures/kinds.ts'

/** Workers one after the other, each ended in the middle: no crash, no hang, no noise, and nothing left. */
it.concurrent.each(['everything', ...kindsOfOperations])(
  'worker.terminate() in the middle of %s',
  async (kind) => {
    const rounds = String(endings(kind))
    expect(await runClean('terminate-workers', { args: [kind, rounds], killAfter: 200_000 })).toBe('')
  },
  240_000,
)
