import { expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

it('signals end nothing that waits: sockets, pipes, requests', async () => {
  expect(await runClean('signals', { args: [folder.path] })).toBe('all in time')
})
