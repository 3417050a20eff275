import {
  chmodSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as heddle from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, expectSameEffect, type Fs, type PathFunction } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const temp = tempFolder()

/** Some of everything; `closed` is what nobody may enter, but for root. */
function fill(folder: string): void {
  writeFileSync(join(folder, 'file'), 'content')
  writeFileSync(join(folder, 'other'), 'other content', { mode: 0o640 })
  mkdirSync(join(folder, 'empty'))
  mkdirSync(join(folder, 'full', 'inner'), { recursive: true })
  writeFileSync(join(folder, 'full', 'one'), '1')
  writeFileSync(join(folder, 'full', 'inner', 'two'), '2')
  symlinkSync('file', join(folder, 'link'))
  symlinkSync('full', join(folder, 'folder-link'))
  symlinkSync('nowhere', join(folder, 'dangling'))
  symlinkSync('loop', join(folder, 'loop'))
  linkSync(join(folder, 'other'), join(folder, 'second-name'))
}

type Calls = (fs: Fs, at: (name: string) => string) => unknown

function table(name: string, rows: [string, Calls][]): void {
  describe(name, () => {
    it.each(rows)('%s', (_, calls) =>
      expectSameEffect(temp, fill, (fs, folder) => calls(fs, (file) => join(folder, file))),
    )
  })
}

const long = 'n'.repeat(300)
/** Each is given as the path of a call that has nothing else wrong with it. */
const badPaths = [undefined, null, 1, true, 1n, {}, [], 'a\0b', Buffer.from('a\0b'), new URL('http://a/b')]

table('rename', [
  ['gives another name', (fs, at) => fs.rename(at('file'), at('new'))],
  ['replaces a file', (fs, at) => fs.rename(at('file'), at('other'))],
  ['moves a folder', (fs, at) => fs.rename(at('full'), at('empty'))],
  ['moves a link', (fs, at) => fs.rename(at('link'), at('new'))],
  ['to itself', (fs, at) => fs.rename(at('file'), at('file'))],
  ['of nothing', (fs, at) => fs.rename(at('missing'), at('new'))],
  ['into nothing', (fs, at) => fs.rename(at('file'), at('missing/new'))],
  ['over a folder', (fs, at) => fs.rename(at('file'), at('empty'))],
  ['over a full folder', (fs, at) => fs.rename(at('empty'), at('full'))],
  ['into itself', (fs, at) => fs.rename(at('full'), at('full/inner/new'))],
  ['with URL and Buffer', (fs, at) => fs.rename(pathToFileURL(at('file')), Buffer.from(at('new')))],
])

table('link and unlink', [
  ['link', (fs, at) => fs.link(at('file'), at('new'))],
  ['link of a link', (fs, at) => fs.link(at('link'), at('new'))],
  ['link of nothing', (fs, at) => fs.link(at('missing'), at('new'))],
  ['link over a file', (fs, at) => fs.link(at('file'), at('other'))],
  ['link of a folder', (fs, at) => fs.link(at('full'), at('new'))],
  ['unlink', (fs, at) => fs.unlink(at('file'))],
  ['unlink of a link', (fs, at) => fs.unlink(at('folder-link'))],
  ['unlink of one name of two', (fs, at) => fs.unlink(at('second-name'))],
  ['unlink of nothing', (fs, at) => fs.unlink(at('missing'))],
  ['unlink of a folder', (fs, at) => fs.unlink(at('empty'))],
  ['unlink below a file', (fs, at) => fs.unlink(at('file/x'))],
  ['unlink of a long name', (fs, at) => fs.unlink(at(long))],
])

table('symlink and readlink', [
  ['symlink', (fs, at) => fs.symlink('file', at('new'))],
  ['symlink to nothing, with a type', (fs, at) => fs.symlink('../nowhere', at('new'), 'dir')],
  ['symlink over a file', (fs, at) => fs.symlink('other', at('file'))],
  ['symlink that says nothing', (fs, at) => fs.symlink('', at('new'))],
  ['symlink of another type', (fs, at) => fs.symlink('file', at('new'), 'nonsense')],
  ['symlink of a type that is no string', (fs, at) => fs.symlink('file', at('new'), 1)],
  ['readlink', (fs, at) => fs.readlink(at('link'))],
  ['readlink as bytes', (fs, at) => fs.readlink(at('link'), 'buffer')],
  ['readlink as hex', (fs, at) => fs.readlink(at('link'), { encoding: 'hex' })],
  ['readlink of a file', (fs, at) => fs.readlink(at('file'))],
  ['readlink of nothing', (fs, at) => fs.readlink(at('missing'))],
  ['readlink in no encoding', (fs, at) => fs.readlink(at('link'), 'nonsense')],
  ['readlink with other options', (fs, at) => fs.readlink(at('link'), 1)],
  [
    'readlink of a long one',
    async (fs, at) => {
      symlinkSync('x/'.repeat(1500), at('new'))
      return fs.readlink(at('new'))
    },
  ],
])

table('mkdir', [
  ['makes one', (fs, at) => fs.mkdir(at('new'))],
  ['with a mode', (fs, at) => fs.mkdir(at('new'), 0o700)],
  ['with an octal string', (fs, at) => fs.mkdir(at('new'), '711')],
  ['with options', (fs, at) => fs.mkdir(at('new'), { mode: 0o750, recursive: false })],
  ['with null', (fs, at) => fs.mkdir(at('new'), null)],
  ['where one is', (fs, at) => fs.mkdir(at('empty'))],
  ['where a file is', (fs, at) => fs.mkdir(at('file'))],
  ['where none is above', (fs, at) => fs.mkdir(at('missing/new'))],
  ['makes many', (fs, at) => fs.mkdir(at('a/b/c'), { recursive: true })],
  ['makes some of many', (fs, at) => fs.mkdir(at('full/inner/c/d'), { recursive: true, mode: 0o700 })],
  ['makes none of many', (fs, at) => fs.mkdir(at('full/inner'), { recursive: true })],
  ['makes many, with slashes', (fs, at) => fs.mkdir(at('a//b/'), { recursive: true })],
  ['many where a file is', (fs, at) => fs.mkdir(at('file'), { recursive: true })],
  ['many below a file', (fs, at) => fs.mkdir(at('file/a/b'), { recursive: true })],
  ['many through a link', (fs, at) => fs.mkdir(at('folder-link/a'), { recursive: true })],
  ['many at a dangling link', (fs, at) => fs.mkdir(at('dangling/a'), { recursive: true })],
  ['many in a loop', (fs, at) => fs.mkdir(at('loop/a'), { recursive: true })],
  ['refuses recursive: 1', (fs, at) => fs.mkdir(at('new'), { recursive: 1 })],
  ['refuses a mode', (fs, at) => fs.mkdir(at('new'), 'rwx')],
  ['refuses another mode', (fs, at) => fs.mkdir(at('new'), { mode: -1 })],
])

table('rmdir', [
  ['removes', (fs, at) => fs.rmdir(at('empty'))],
  ['nothing', (fs, at) => fs.rmdir(at('missing'))],
  ['a file', (fs, at) => fs.rmdir(at('file'))],
  ['a full one', (fs, at) => fs.rmdir(at('full'))],
  ['a link', (fs, at) => fs.rmdir(at('folder-link'))],
])

table('rm', [
  ['a file', (fs, at) => fs.rm(at('file'))],
  ['a link', (fs, at) => fs.rm(at('folder-link'), { recursive: true })],
  ['a folder', (fs, at) => fs.rm(at('full'), { recursive: true })],
  ['an empty folder', (fs, at) => fs.rm(at('empty'), { recursive: true, force: true })],
  ['nothing', (fs, at) => fs.rm(at('missing'))],
  ['nothing, recursive', (fs, at) => fs.rm(at('missing'), { recursive: true })],
  ['nothing, by force', (fs, at) => fs.rm(at('missing'), { force: true })],
  ['a file by force', (fs, at) => fs.rm(at('file'), { force: true, maxRetries: 2, retryDelay: 0 })],
  ['below a file', (fs, at) => fs.rm(at('file/x'), { force: true })],
  ['refuses options', (fs, at) => fs.rm(at('file'), 1)],
  ['refuses null', (fs, at) => fs.rm(at('file'), null)],
  ['refuses force', (fs, at) => fs.rm(at('file'), { force: 1 })],
  ['refuses recursive', (fs, at) => fs.rm(at('file'), { recursive: 'yes' })],
  ['refuses maxRetries', (fs, at) => fs.rm(at('file'), { maxRetries: -1 })],
  ['refuses retryDelay', (fs, at) => fs.rm(at('file'), { retryDelay: 1.5 })],
])

describe('rm', () => {
  it('refuses a folder without recursive', () =>
    expectSameEffect(temp, fill, async (fs, folder) => {
      const error = await fs.rm(join(folder, 'full')).catch((thrown: unknown) => thrown)
      const { name, code, errno, syscall, path, info, message } = error
      return { name, code, errno, syscall, path, info, message, error: error instanceof Error }
    }))

  it('removes a deep tree', async () => {
    const folder = temp.fresh()
    mkdirSync(join(folder, ...Array.from({ length: 300 }, () => 'deeper')), { recursive: true })
    await heddle.rm(folder, { recursive: true })
    await expect(heddle.access(folder)).rejects.toHaveProperty('code', 'ENOENT')
  })

  it('by many at once removes everything once', async () => {
    const folder = temp.fresh()
    for (let i = 0; i < 50; ++i) {
      mkdirSync(join(folder, `${i}`), { recursive: true })
      writeFileSync(join(folder, `${i}`, 'file'), '')
    }
    await Promise.allSettled(
      Array.from({ length: 4 }, () => heddle.rm(folder, { recursive: true, force: true })),
    )
    await heddle.rm(folder, { recursive: true, force: true })
    await expect(heddle.access(folder)).rejects.toHaveProperty('code', 'ENOENT')
  })
})

table('access', [
  ['a file', (fs, at) => fs.access(at('file'))],
  ['to read and write', (fs, at) => fs.access(at('file'), constants.R_OK | constants.W_OK)],
  ['to run', (fs, at) => fs.access(at('file'), constants.X_OK)],
  ['a dangling link', (fs, at) => fs.access(at('dangling'))],
  ['nothing', (fs, at) => fs.access(at('missing'), constants.R_OK)],
  ['a loop', (fs, at) => fs.access(at('loop'))],
])

table('truncate', [
  ['to nothing', (fs, at) => fs.truncate(at('file'))],
  ['to less', (fs, at) => fs.truncate(at('file'), 3)],
  ['to more', (fs, at) => fs.truncate(at('file'), 10)],
  ['to less than nothing', (fs, at) => fs.truncate(at('file'), -5)],
  ['through a link', (fs, at) => fs.truncate(at('link'), 1)],
  ['nothing', (fs, at) => fs.truncate(at('missing'))],
  ['a folder', (fs, at) => fs.truncate(at('full'))],
  ['too long', (fs, at) => fs.truncate(at('file'), 2 ** 53 - 1)],
  ['refuses a fraction', (fs, at) => fs.truncate(at('file'), 1.5)],
  ['refuses text', (fs, at) => fs.truncate(at('file'), '1')],
  ['refuses null', (fs, at) => fs.truncate(at('file'), null)],
])

table('realpath', [
  ['of a file', (fs, at) => fs.realpath(at('full/../file'))],
  ['of a link', (fs, at) => fs.realpath(at('folder-link/one'))],
  ['as bytes', (fs, at) => fs.realpath(at('link'), { encoding: 'buffer' })],
  ['of a relative path', (fs) => fs.realpath('.')],
  ['of nothing', (fs, at) => fs.realpath(at('missing'))],
  ['of a loop', (fs, at) => fs.realpath(at('loop'))],
  ['in no encoding', (fs, at) => fs.realpath(at('file'), { encoding: 'nonsense' })],
])

table('mkdtemp', [
  [
    'makes a folder',
    async (fs, at) => {
      const made: string = await fs.mkdtemp(at('temp-'))
      const { mode } = statSync(made)
      await fs.rmdir(made)
      return { length: made.length - at('temp-').length, prefix: made.startsWith(at('temp-')), mode }
    },
  ],
  [
    'as bytes',
    async (fs, at) => {
      const made: Buffer = await fs.mkdtemp(at('temp-'), 'buffer')
      await fs.rmdir(made)
      return Buffer.isBuffer(made)
    },
  ],
  [
    'nowhere',
    async (fs, at) => {
      const { message, code, errno, syscall, path } = await fs
        .mkdtemp(at('missing/temp-'))
        .catch((error: unknown) => error)
      return { message: message.replace(/.{6}'$/, "'"), code, errno, syscall, path: path.slice(0, -6) }
    },
  ],
  ['in no encoding', (fs, at) => fs.mkdtemp(at('temp-'), 'nonsense')],
])

const modes = [0o600, 0o4755, '640', 0o777, 'rwx', -1, 1.5, 2 ** 32, null, undefined, {}, true]
table(
  'chmod',
  modes.map((mode): [string, Calls] => [`to ${String(mode)}`, (fs, at) => fs.chmod(at('file'), mode)]),
)
table('chmod', [
  ['through a link', (fs, at) => fs.chmod(at('link'), 0o600)],
  ['nothing', (fs, at) => fs.chmod(at('missing'), 0o600)],
])

for (const name of ['chown', 'lchown'] as const) {
  table(name, [
    ['leaves both', (fs, at) => fs[name](at('file'), -1, -1)],
    ['at a dangling link', (fs, at) => fs[name](at('dangling'), -1, -1)],
    ['at nothing', (fs, at) => fs[name](at('missing'), -1, -1)],
    ['refuses -2', (fs, at) => fs[name](at('file'), -2, 0)],
    ['refuses 2 ** 32', (fs, at) => fs[name](at('file'), 0, 2 ** 32)],
    ['refuses text', (fs, at) => fs[name](at('file'), 'root', 0)],
    ['refuses absence', (fs, at) => fs[name](at('file'))],
  ])
}

const times = [0, 1.5, 1_700_000_000.123456, '1000', new Date(86_400_500), 2 ** 31, 4e9]
const badTimes = [Number.NaN, Infinity, 'soon', null, undefined, {}, true, 1n]
for (const name of ['utimes', 'lutimes'] as const) {
  table(
    name,
    [...times, ...badTimes].map((time): [string, Calls] => [
      `to ${typeof time} ${String(time)}`,
      async (fs, at) => {
        await fs[name](at('link'), time, 1000)
        const [link, file] = [lstatSync(at('link'), { bigint: true }), statSync(at('file'), { bigint: true })]
        const set = name === 'utimes' ? file : link
        return { atime: set.atimeNs, mtime: set.mtimeNs, same: link.mtimeNs === file.mtimeNs }
      },
    ]),
  )
  table(name, [
    ['of nothing', (fs, at) => fs[name](at('missing'), 1, 1)],
    ['of a dangling link', (fs, at) => fs[name](at('dangling'), 1, 1)],
  ])
}

it('a time below zero stands for now', async () => {
  const path = temp.file()
  utimesSync(path, 1, 1)
  await heddle.utimes(path, -1, -1)
  expect(Math.abs(statSync(path).mtimeMs - Date.now())).toBeLessThan(60_000)
})

const { COPYFILE_EXCL, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE } = constants
table('copyFile', [
  ['makes a file', (fs, at) => fs.copyFile(at('other'), at('new'))],
  ['replaces one', (fs, at) => fs.copyFile(at('file'), at('other'))],
  ['through links', (fs, at) => fs.copyFile(at('link'), at('dangling'))],
  ['to itself', (fs, at) => fs.copyFile(at('file'), at('link'))],
  ['where none is', (fs, at) => fs.copyFile(at('file'), at('new'), COPYFILE_EXCL)],
  ['where one is', (fs, at) => fs.copyFile(at('file'), at('other'), COPYFILE_EXCL)],
  ['as a clone if it can be', (fs, at) => fs.copyFile(at('file'), at('new'), COPYFILE_FICLONE)],
  ['as a clone', (fs, at) => fs.copyFile(at('file'), at('new'), COPYFILE_FICLONE_FORCE)],
  ['nothing', (fs, at) => fs.copyFile(at('missing'), at('new'))],
  ['nowhere', (fs, at) => fs.copyFile(at('file'), at('missing/new'))],
  ['to a folder', (fs, at) => fs.copyFile(at('file'), at('full'))],
  ['of a folder', (fs, at) => fs.copyFile(at('full'), at('new'))],
  [
    'an empty file',
    async (fs, at) => {
      writeFileSync(at('void'), '', { mode: 0o755 })
      await fs.copyFile(at('void'), at('new'))
    },
  ],
  [
    'a file that may be read only',
    async (fs, at) => {
      chmodSync(at('file'), 0o444)
      await fs.copyFile(at('file'), at('new'))
    },
  ],
])

it('copyFile copies many bytes, and what has no length', async () => {
  const bytes = Buffer.alloc(3_000_001, 'heddle ')
  const [from, to] = [temp.file(bytes), temp.fresh()]
  await heddle.copyFile(from, to)
  expect((await heddle.readFile(to)).equals(bytes)).toBe(true)
  await heddle.copyFile('/proc/self/cmdline', to)
  expect(await heddle.readFile(to)).toEqual(await heddle.readFile('/proc/self/cmdline'))
})

it('copyFile does not wait for the other end of a FIFO', async () => {
  const fifo = temp.fifo()
  await heddle.copyFile(fifo, temp.fresh())
  await expect(heddle.copyFile(temp.file('x'), fifo)).rejects.toHaveProperty('code', 'ENXIO')
})

table('appendFile', [
  ['makes a file', (fs, at) => fs.appendFile(at('new'), 'more')],
  ['writes to the end', (fs, at) => fs.appendFile(at('file'), Buffer.from('more'))],
  ['in an encoding', (fs, at) => fs.appendFile(at('file'), '6d6f', 'hex')],
  ['with a mode', (fs, at) => fs.appendFile(at('new'), 'x', { mode: 0o600, flush: true })],
  ['with another flag', (fs, at) => fs.appendFile(at('file'), 'x', { flag: 'w' })],
  ['to a folder', (fs, at) => fs.appendFile(at('full'), 'x')],
  ['refuses a number', (fs, at) => fs.appendFile(at('file'), 1)],
  ['refuses options', (fs, at) => fs.appendFile(at('file'), 'x', 1)],
])

describe('a path that is none is refused by', () => {
  const one: PathFunction[] = [
    'unlink',
    'mkdir',
    'rmdir',
    'rm',
    'access',
    'truncate',
    'readlink',
    'mkdtemp',
    'realpath',
    'readdir',
  ]
  it.each(one)('%s', async (name) => {
    for (const path of badPaths) await expectSame((fs) => fs[name](path))
  })

  it.each(['rename', 'link', 'symlink', 'copyFile'] as const)('%s', async (name) => {
    for (const path of badPaths) {
      await expectSame((fs) => fs[name](path, '/nowhere/at/all'))
      await expectSame((fs) => fs[name]('/nowhere/at/all', path))
    }
  })

  it.each<[PathFunction, ...unknown[]]>([
    ['chmod', 0o600],
    ['chown', -1, -1],
    ['lchown', -1, -1],
    ['utimes', 1, 1],
    ['lutimes', 1, 1],
    ['appendFile', 'text'],
  ])('%s', async (name, ...rest) => {
    for (const path of badPaths.slice(name === 'appendFile' ? 4 : 0))
      await expectSame((fs) => fs[name](path, ...rest))
  })
})

it('has the constants of node:fs', () => {
  expect(heddle.constants).toBe(constants)
})
