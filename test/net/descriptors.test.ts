import { expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'

it('out of file descriptors: calls fail, connections wait, and the server goes on by itself', async () => {
  expect(
    await runClean('sockets-without-descriptors', { through: ['sh', '-c', 'ulimit -n 80; exec "$@"', 'sh'] }),
  ).toBe('')
})
