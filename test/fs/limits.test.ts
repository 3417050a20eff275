import { describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'

/** A program that makes the same calls through heddle/fs and node:fs/promises and prints both outcomes, a line each. */
async function sameLines(program: string, through: readonly string[] = []): Promise<unknown> {
  const lines = (await runClean(program, { through })).split('\n')
  const [ours, theirs] = [lines.slice(0, lines.length / 2), lines.slice(lines.length / 2)]
  expect(ours).toEqual(theirs)
  return ours.map((line) => JSON.parse(line))
}

describe('limits of the process', () => {
  it('EMFILE: open fails as in Node, and works again when others have closed', async () => {
    const outcomes = await sameLines('too-many-files', ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'])
    expect(outcomes).toMatchObject([
      { code: 'EMFILE', errno: -24, syscall: 'open' },
      { size: expect.any(Number) },
    ])
  })

  it('EACCES: who may do what is judged when it is done, also after setuid', async () => {
    expect(await sameLines('not-allowed')).toMatchObject([
      { code: 'EACCES', syscall: 'open' },
      { code: 'EACCES', syscall: 'open' },
      { code: 'EACCES', syscall: 'open' },
      { code: 'EACCES', syscall: 'open' },
      { code: 'EACCES', syscall: 'stat' },
      { code: 'EACCES', syscall: 'open' },
    ])
  })

  it('EFBIG: write fails as in Node past the longest file allowed, and what was written is right', async () => {
    // Node ignores SIGXFSZ.
    const outcomes = await sameLines('file-too-large', ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh'])
    expect(outcomes).toMatchObject([
      { bytesWritten: expect.any(Number) },
      { code: 'EFBIG', syscall: 'write' },
      { code: 'EFBIG', syscall: 'write' },
      { right: true },
    ])
  })
})
