import { expect, it } from 'vitest'
import { run } from '../fixtures/child.ts'

it('a FileHandle that is dropped open is closed when it is collected, with a warning', async () => {
  const ended = await run('drop-handles', { flags: ['--expose-gc'] })
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'all closed\n' })
  expect(ended.stderr).toMatch(/Warning: Closing file descriptor \d+ on garbage collection/)
})

it('a Dir too', async () => {
  const ended = await run('drop-handles', { flags: ['--expose-gc'], args: ['folders'] })
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'all closed\n' })
  expect(ended.stderr).toMatch(
    /Closing file descriptor \d+ on garbage collection. Close Dirs before dropping them/,
  )
})

it('a FileHandle that is closed is not', async () => {
  const ended = await run('drop-handles', { flags: ['--expose-gc'], args: ['closed'] })
  expect(ended).toEqual({ code: 0, signal: null, stdout: 'all closed\n', stderr: '' })
})

it('a FileHandle that is dropped with reads in flight stays until they have ended', async () => {
  const ended = await run('drop-handles', { flags: ['--expose-gc'], args: ['reading'] })
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'read 100\nall closed\n' })
})
