import { execFileSync } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type RunOptions, run, runClean } from './fixtures/child.ts'
import { compiler } from './fixtures/compiler.ts'
import { tempFolder } from './fixtures/temp.ts'

/** How the package works in another process, and what it says there. */
async function use(options: RunOptions): Promise<{ backend: string; reason: string }> {
  return JSON.parse(await runClean('use-everything', options))
}

/** The environment without a choice: an empty value is none. */
const automatic = { HEDDLE_IO: '' }

describe('HEDDLE_IO', () => {
  it('fallback chooses the fallback', async () => {
    expect(await use({ env: { HEDDLE_IO: 'fallback' } })).toEqual({
      backend: 'fallback',
      reason: 'asked for by HEDDLE_IO',
    })
  })

  it('with another value is ignored, and capabilities() says so', async () => {
    const { reason } = await use({ env: { HEDDLE_IO: 'nonsense' } })
    expect(reason).toMatch(/; HEDDLE_IO=nonsense was ignored: it may be uring or fallback$/)
  })

  it('when empty is no choice', async () => {
    expect((await use({ env: automatic })).reason).not.toMatch('HEDDLE_IO')
  })
})

if (compiler === undefined)
  console.error('!! NO C COMPILER: what happens when io_uring is refused was not tested')

describe.skipIf(compiler === undefined)('where the kernel refuses io_uring_setup', () => {
  const deny = join(tempFolder().path, 'deny-io-uring')
  if (compiler !== undefined) {
    const source = fileURLToPath(new URL('fixtures/deny-io-uring.c', import.meta.url))
    execFileSync(compiler, ['-x', 'c', source, '-o', deny])
  }

  it.each(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOMEM'] as const)(
    'with %s, the package falls back and says why',
    async (name) => {
      const error = constants.errno[name]
      const { backend, reason } = await use({ through: [deny, String(error)], env: automatic })
      expect(backend).toBe('fallback')
      expect(reason).toMatch(/^io_uring can't be used: io_uring_setup: ./)
    },
  )

  it('HEDDLE_IO=uring makes the import fail, and it says why', async () => {
    const ended = await run('use-everything', { through: [deny, '1'], env: { HEDDLE_IO: 'uring' } })
    expect(ended).toMatchObject({ code: 1, signal: null, stdout: '' })
    expect(ended.stderr).toMatch(/heddle can't start: io_uring_setup: Operation not permitted/)
  })

  it('HEDDLE_IO=fallback does not ask for it', async () => {
    const said = await use({ through: [deny, '1'], env: { HEDDLE_IO: 'fallback' } })
    expect(said.reason).toBe('asked for by HEDDLE_IO')
  })
})

describe('with little to go on', () => {
  const limited = (limits: string): RunOptions => ({
    through: ['sh', '-c', `${limits}; exec "$@"`, 'sh'],
    env: automatic,
  })

  it('no lockable memory', async () => {
    expect(['uring', 'fallback']).toContain((await use(limited('ulimit -l 0'))).backend)
  })

  it('64 KiB of lockable memory', async () => {
    expect(['uring', 'fallback']).toContain((await use(limited('ulimit -l 64'))).backend)
  })

  it.each(['', 'fallback'])('almost no descriptors (%j): works or says why, never crashes', async (io) => {
    for (let left = 0; left <= 5; ++left) {
      const options = { ...limited('ulimit -n 100'), args: [String(left)], env: { HEDDLE_IO: io } }
      const ended = await run('import-with-few-descriptors', options)
      expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(ended.stdout).toMatch(/^(works|heddle could not load its native addon)/)
    }
  })
})
