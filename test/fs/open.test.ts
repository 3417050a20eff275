import { constants, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { open } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, heddleFs, nodeFs } from '../fixtures/both.ts'
import { outcomeOf } from '../fixtures/outcome.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()
const content = 'content\n'

/** Opens, and says what kind of handle it was and what became of the file. */
async function effectOf(fs: Fs, path: string, flags: unknown, mode?: unknown) {
  const handle = await fs.open(path, flags, mode)
  try {
    const read = await outcomeOf(async () => (await handle.read(Buffer.alloc(4), 0, 4, 0)).bytesRead)
    const written = await outcomeOf(async () => (await handle.write('more')).bytesWritten)
    return {
      fd: typeof handle.fd,
      read,
      written,
      content: readFileSync(path, 'utf8'),
      mode: statSync(path).mode,
    }
  } finally {
    await handle.close()
  }
}

const flagStrings = ['r', 'rs', 'sr', 'r+', 'rs+', 'sr+', 'w', 'wx', 'xw', 'w+', 'wx+', 'xw+'].concat([
  'a',
  'ax',
  'xa',
  'as',
  'sa',
  'a+',
  'ax+',
  'xa+',
  'as+',
  'sa+',
])
const flagNumbers = [
  constants.O_RDONLY,
  constants.O_WRONLY,
  constants.O_RDWR,
  constants.O_RDWR | constants.O_CREAT,
  constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  constants.O_WRONLY | constants.O_APPEND,
  constants.O_RDONLY | constants.O_DIRECTORY,
  constants.O_RDWR | constants.O_SYNC,
]
const flags = [undefined, null, ...flagStrings, ...flagNumbers]

/** Both sides get a file of their own under the same name, so that messages can be compared. */
async function sameEffect(present: boolean, how: unknown, mode?: unknown) {
  const effects: unknown[] = []
  for (const fs of [nodeFs, heddleFs]) {
    const path = present ? folder.file(content) : folder.fresh()
    const outcome = await outcomeOf(() => effectOf(fs, path, how, mode))
    effects.push(JSON.parse(JSON.stringify(outcome).replaceAll(path, 'PATH')))
  }
  expect(effects[1]).toEqual(effects[0])
}

describe('open', () => {
  it.each(flags)('of a file that is there, with flags %j', (how) => sameEffect(true, how))

  it.each(flags)('of a file that is not there, with flags %j', (how) => sameEffect(false, how))

  it.each([undefined, null, 0o600, 0o644, 0o777, 0o400, 0, '600', '0644', '777', 0o7777, 0o100644])(
    'makes a file with mode %j',
    (mode) => sameEffect(false, 'w', mode),
  )

  it('leaves out the bits of the umask', async () => {
    const before = process.umask(0o027)
    try {
      await sameEffect(false, 'w', 0o666)
      await sameEffect(false, 'w', '777')
    } finally {
      process.umask(before)
    }
  })

  it.each([
    '',
    'R',
    'rw',
    'r ',
    'x',
    'toString',
    '__proto__',
    1.5,
    Number.NaN,
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 53,
  ])('refuses flags %j', (how) => expectSame((fs) => fs.open('/dev/null', how)))

  it.each([[], true, 1n, Symbol('r'), () => 'r'])('refuses flags of another type: %o', (how) =>
    expectSame((fs) => fs.open('/dev/null', how)),
  )

  it.each(['', '8', '0o600', 'rw', '-1', ' 600', -1, 1.5, Number.NaN, 2 ** 32, {}, [], true, 1n])(
    'refuses mode %o',
    (mode) => expectSame((fs) => fs.open('/dev/null', 'r', mode)),
  )
})

describe('the path of open', () => {
  const path = folder.file(content)
  const closed = (named: unknown, how?: unknown) =>
    expectSame(async (fs) => (await fs.open(named, how)).close())

  it('may be a string, a Buffer, a Uint8Array or a URL', async () => {
    for (const named of [path, Buffer.from(path), new TextEncoder().encode(path), pathToFileURL(path)]) {
      expect(await closed(named)).toEqual({ gave: undefined })
    }
  })

  it('may be a Buffer that is not UTF-8', async () => {
    const name = Buffer.concat([Buffer.from(`${folder.fresh()}-`), Buffer.from([0xff, 0xfe, 0x80])])
    expect(await closed(name)).toHaveProperty('rejected.shown.code', 'ENOENT')
    const handle = await open(name, 'wx')
    await handle.close()
    expect(statSync(name).isFile()).toBe(true)
  })

  it('may have characters of every length', async () => {
    const name = folder.fresh('ä-漢-🧵')
    expect(await closed(name, 'w')).toEqual({ gave: undefined })
    expect(statSync(name).isFile()).toBe(true)
  })

  it('may be relative', async () => {
    expect(await closed('package.json')).toEqual({ gave: undefined })
    await closed('no-such-file')
    await closed('')
  })

  it.each([
    ['a string', '/tmp/a\0b'],
    ['a Buffer', Buffer.from('/tmp/a\0b')],
    ['a URL', new URL('file:///tmp/a%00b')],
  ])('may have no NUL: %s', (_, named) => closed(named))

  it.each([
    new URL('http://example.com/a'),
    new URL('file://host/a'),
    new URL('file:///a%2Fb'),
    undefined,
    null,
    1,
    true,
    1n,
    {},
    [],
    ['/dev/null'],
    new Uint16Array(2),
    new ArrayBuffer(2),
  ])('may not be %o', (named) => closed(named))
})

describe('open fails as the system says', () => {
  const path = folder.file(content)
  const loop = folder.fresh('loop')
  symlinkSync(loop, loop)

  it.each([
    ['ENOENT', join(folder.path, 'missing'), 'r'],
    ['ENOENT', join(folder.path, 'missing', 'file'), 'w'],
    ['EEXIST', path, 'wx'],
    ['EISDIR', folder.path, 'w'],
    ['ENOTDIR', join(path, 'file'), 'r'],
    ['ENOTDIR', path, constants.O_RDONLY | constants.O_DIRECTORY],
    ['ELOOP', loop, 'r'],
    ['ENAMETOOLONG', join(folder.path, 'n'.repeat(300)), 'r'],
    ['ENAMETOOLONG', `/${'n/'.repeat(3000)}`, 'r'],
    ['ENXIO', folder.fifo(), constants.O_WRONLY | constants.O_NONBLOCK],
  ])('with %s: %s %s', async (code, named, how) => {
    const outcome = await expectSame((fs) => fs.open(named, how))
    expect(outcome).toHaveProperty('rejected.shown.code', code)
  })

  it('and follows links', async () => {
    const link = folder.fresh('link')
    symlinkSync(path, link)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    await sameEffect(true, 'r')
    const handle = await open(link)
    expect((await handle.stat()).ino).toBe(statSync(path).ino)
    await handle.close()
  })

  it('and opens a directory for reading', async () => {
    mkdirSync(join(folder.path, 'inner'))
    await expectSame(async (fs) => {
      const handle = await fs.open(join(folder.path, 'inner'))
      const read = await outcomeOf(() => handle.read(Buffer.alloc(8)))
      await handle.close()
      return read
    })
  })
})
