import { execFileSync } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { compiler } from '../fixtures/compiler.ts'
import { tempFolder } from '../fixtures/temp.ts'

// The ring's accepts pass no library; what becomes of their results is the same code.
describe.skipIf(compiler === undefined)('an accept that fails', () => {
  const library = join(tempFolder().path, 'failing-accept.so')
  if (compiler !== undefined) {
    const source = fileURLToPath(new URL('../fixtures/failing-accept.c', import.meta.url))
    execFileSync(compiler, ['-shared', '-fPIC', '-x', 'c', source, '-o', library])
  }
  const outcomeOf = (name: keyof typeof constants.errno) => {
    const { LD_PRELOAD } = process.env
    const preload = [LD_PRELOAD, library].filter((each) => each !== undefined).join(' ')
    const env = { HEDDLE_IO: 'fallback', LD_PRELOAD: preload, ACCEPT_ERRNO: String(constants.errno[name]) }
    return runClean('accept-errors', { env })
  }

  it.each(['EPERM', 'EPROTO', 'ENETDOWN', 'EHOSTUNREACH', 'EOPNOTSUPP', 'ENFILE'] as const)(
    'with %s concerns that connection, and the server goes on',
    async (name) => expect(await outcomeOf(name)).toBe('accepted'),
  )

  it('because the listener is none any more is told', async () => {
    expect(await outcomeOf('EINVAL')).toBe('accept EINVAL')
  })
})
