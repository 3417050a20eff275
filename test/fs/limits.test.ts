import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runClean } from '../fixtures/child.ts'
import { tempFolder } from '../fixtures/temp.ts'

/** A program that makes the same calls through heddle/fs and node:fs/promises and prints both outcomes, a line each. */
async function sameLines(
  program: string,
  through: readonly string[] = [],
  args: readonly string[] = [],
): Promise<unknown> {
  const lines = (await runClean(program, { through, args })).split('\n')
  const [ours, theirs] = [lines.slice(0, lines.length / 2), lines.slice(lines.length / 2)]
  expect(ours).toEqual(theirs)
  return ours.map((line) => JSON.parse(line))
}

describe('limits of the process', () => {
  it('EMFILE: open, copyFile and readFiles fail as in Node, and open works again when others have closed', async () => {
    const outcomes = await sameLines('too-many-files', ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'])
    expect(outcomes).toMatchObject([
      { code: 'EMFILE', errno: -24, syscall: 'open' },
      { code: 'EMFILE', syscall: 'copyfile' },
      { code: 'EMFILE', syscall: 'open', path: '/proc/self/status' },
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

/** A small file system in a mount namespace that ends with the program. */
const small = tempFolder().fresh('small')
mkdirSync(small)
const onSmallFileSystem = [
  'unshare',
  '--user',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  `mount -t tmpfs -o size=256k heddle '${small}' && exec "$@"`,
  'sh',
]

function mayMount(): boolean {
  try {
    const [command = '', ...rest] = [...onSmallFileSystem, 'true']
    execFileSync(command, rest, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const mounts = mayMount()
if (!mounts) console.error('!! NO MOUNT PERMITTED: what happens when a disk is full was not tested')

describe.skipIf(!mounts)('a full disk', () => {
  it('ENOSPC: write, writeFile, copyFile and fallocate fail as in Node, and work when there is room again', async () => {
    expect(await sameLines('no-space', onSmallFileSystem, [small])).toMatchObject([
      { code: 'ENOSPC', errno: -28, syscall: 'write' },
      { bytesWritten: expect.any(Number) },
      { code: 'ENOSPC', syscall: 'write' },
      { code: 'ENOSPC', syscall: 'copyfile' },
      { left: expect.any(Boolean) },
      {},
    ])
  })
})
