import { expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { httpServer } from './server.ts'

it('out of file descriptors: a request that needs one fails, and the next goes on', async () => {
  const url = await httpServer((_, response) => response.end('ok'))
  const through = ['sh', '-c', 'ulimit -n 80; exec "$@"', 'sh']
  const args = [new URL(url).port]
  expect(await runClean('http-without-descriptors', { through, args })).toBe('')
})
