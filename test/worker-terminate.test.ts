import { expect, it } from 'vitest'
import { runClean } from './fixtures/child.ts'
import { kindsOfOperations } from './fixtures/kinds.ts'

/** Fifty workers one after the other, each ended in the middle: no crash, no hang, no noise, and nothing left. */
it.concurrent.each(['everything', ...kindsOfOperations])(
  'worker.terminate() in the middle of %s, 50 times',
  async (kind) => {
    expect(await runClean('terminate-workers', { args: [kind, '50'], killAfter: 200_000 })).toBe('')
  },
  240_000,
)
