import { chmodSync, Stats, statSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as heddle from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, heddleFs, nodeFs, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()
const file = folder.file('0123456789')
const link = folder.fresh('link')
symlinkSync(file, link)
const dangling = folder.fresh('dangling')
symlinkSync(join(folder.path, 'missing'), dangling)
const old = folder.file()
chmodSync(old, 0o4751)
utimesSync(old, -1000.25, 86_400.123)

const questions = [
  'isFile',
  'isDirectory',
  'isSymbolicLink',
  'isFIFO',
  'isSocket',
  'isBlockDevice',
  'isCharacterDevice',
] as const

/** Every field and every answer, in one plain object. */
function described(stats: unknown) {
  const all = stats as Stats & { [field: string]: unknown }
  const answers = Object.fromEntries(questions.map((question) => [question, all[question]()]))
  const times = ['atime', 'mtime', 'ctime', 'birthtime'].map((time) => [time, all[time]])
  return { ...all, ...Object.fromEntries(times), ...answers }
}

const places: [string, string][] = [
  ['a file', file],
  ['a file with odd mode and times', old],
  ['a folder', folder.path],
  ['a link', link],
  ['a FIFO', folder.fifo()],
  ['a character device', '/dev/null'],
  ['the process file system', '/proc/version'],
  ['a large file', process.execPath],
  ['the root', '/'],
]

describe.each([false, true])('with bigint %s', (bigint) => {
  it.each(places)('stat of %s', (_, path) =>
    expectSame(async (fs) => described(await fs.stat(path, { bigint }))),
  )

  it.each(places)('lstat of %s', (_, path) =>
    expectSame(async (fs) => described(await fs.lstat(path, { bigint }))),
  )

  it.each(places.filter(([what]) => what !== 'a FIFO'))('FileHandle.stat of %s', (_, path) =>
    expectSame((fs) => withFile(fs, path, 'r', async (handle) => described(await handle.stat({ bigint })))),
  )
})

describe('stat', () => {
  it('follows links, and lstat does not', async () => {
    expect((await heddle.stat(link)).isFile()).toBe(true)
    expect((await heddle.lstat(link)).isSymbolicLink()).toBe(true)
    expect((await heddle.lstat(dangling)).isSymbolicLink()).toBe(true)
  })

  it('gives instances of fs.Stats', async () => {
    expect(await heddle.stat(file)).toBeInstanceOf(Stats)
    expect(await heddle.stat(file)).toBeInstanceOf(heddle.Stats)
  })

  it('knows its file to be the same as node:fs does', async () => {
    expect(await heddle.stat(file, { bigint: true })).toMatchObject({
      ino: statSync(file, { bigint: true }).ino,
      dev: statSync(file, { bigint: true }).dev,
      mtimeNs: statSync(file, { bigint: true }).mtimeNs,
    })
  })

  it('takes paths as strings, Buffers and URLs', async () => {
    for (const path of [file, Buffer.from(file), pathToFileURL(file)]) {
      expect((await heddle.stat(path)).size).toBe(10)
    }
  })

  it.each([undefined, {}, { bigint: undefined }, { bigint: 0 }, { bigint: 1 }, { bigint: false }])(
    'takes options %o',
    (options) => sameKind((fs) => fs.stat(file, options)),
  )
})

describe('stat and lstat fail as the system says', () => {
  it.each([
    ['ENOENT', join(folder.path, 'missing')],
    ['ENOENT', ''],
    ['ENOENT', dangling],
    ['ENOTDIR', join(file, 'inner')],
    ['ENAMETOOLONG', join(folder.path, 'n'.repeat(300))],
  ])('with %s: %s', async (code, path) => {
    for (const bigint of [false, true]) {
      expect(await expectSame((fs) => fs.stat(path, { bigint }))).toHaveProperty('rejected.shown.code', code)
      if (path !== dangling) await expectSame((fs) => fs.lstat(path, { bigint }))
    }
  })

  it.each([undefined, null, 1, {}, 'a\0b', Buffer.from('a\0b'), new URL('http://example.com')])(
    'when the path is %o',
    async (path) => {
      await expectSame((fs) => fs.stat(path))
      await expectSame((fs) => fs.lstat(path))
    },
  )
})

/** The numbers may be of either kind, but must be of the kind that Node gives. */
async function sameKind(call: (fs: Fs) => Promise<unknown>) {
  const [ours, theirs] = (await Promise.all([call(heddleFs), call(nodeFs)])) as [Stats, Stats]
  expect(typeof ours.size).toBe(typeof theirs.size)
}
