import { expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'

it('worker.terminate() in the middle of downloads, 8 times', async () => {
  expect(await runClean('http-terminate', { args: ['8'] })).toBe('')
}, 120_000)
