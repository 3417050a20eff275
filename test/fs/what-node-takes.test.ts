import { readFileSync, truncateSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Fs, type Handle, withFile } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()
const file = folder.file('content')
const none = () => 'utf8'

/** Two buffers, and nothing between them. */
function holed(): unknown[] {
  const buffers: unknown[] = [Buffer.from('a')]
  buffers[2] = Buffer.from('b')
  return buffers
}

describe('odd arguments are taken as by Node', () => {
  const calls: [string, (fs: Fs) => unknown][] = [
    ['readFile, no encoding', (fs) => fs.readFile(file, '')],
    ['readFile, no encoding among options', (fs) => fs.readFile(file, { encoding: '', flag: '' })],
    ['readFile, a function', (fs) => fs.readFile(file, none)],
    ['readdir, a function', (fs) => fs.readdir(folder.path, none)],
    ['readdir, no encoding', (fs) => fs.readdir(folder.path, { encoding: '' })],
    ['realpath, no encoding', (fs) => fs.realpath(file, '')],
    ['access, no mode', (fs) => fs.access(file, null)],
    ['copyFile, no mode', (fs) => fs.copyFile(file, folder.fresh(), null)],
    ['utimes, past all time', (fs) => fs.utimes(file, 5, 2 ** 63)],
    ['utimes, before all time', (fs) => fs.lutimes(file, new Date(Number.NaN), 5)],
    ['rm of no path', (fs) => fs.rm('')],
    ['truncate of no path', (fs) => fs.truncate('')],
    ['readdir of no path', (fs) => fs.readdir('')],
    ['truncate of what can not be', (fs) => fs.truncate('/dev/null')],
  ]
  it.each(calls)('%s', (_, call) => expectSame(call))

  const writes: [string, (handle: Handle) => unknown][] = [
    ['write, null for the offset', (handle) => handle.write(Buffer.from('AB'), null, undefined, 1)],
    ['write, a length for the encoding', (handle) => handle.write('abc', 0, 3)],
    ['writev with a hole', (handle) => handle.writev(holed())],
    ['readv with a hole', (handle) => handle.readv(holed())],
  ]
  it.each(writes)('%s', (_, call) =>
    expectSame(async (fs: Fs) => {
      const path = folder.file('0123')
      const gave = await withFile(fs, path, 'r+', async (handle) => {
        await handle.read(Buffer.alloc(2), 0, 2)
        return await call(handle)
      })
      return [gave, readFileSync(path, 'utf8')]
    }),
  )

  it.each([
    ['writeFile', { flag: '', encoding: '' }],
    ['writeFile', none],
    ['appendFile', { flag: '', encoding: '' }],
  ] as const)('%s, options %o', (name, options) =>
    expectSame(async (fs: Fs) => {
      const path = folder.file('before ')
      await fs[name](path, 'täxt', options)
      return readFileSync(path, 'utf8')
    }),
  )
})

it('of a device that never ends a copy has nothing', () =>
  expectSame(async (fs: Fs) => {
    const path = folder.fresh()
    await fs.copyFile('/dev/zero', path)
    return readFileSync(path).length
  }))

it('no string is made of more than 2 GiB', async () => {
  const path = folder.file()
  truncateSync(path, 2049 * 2 ** 20)
  const same = await expectSame((fs) => fs.readFile(path, 'utf8'))
  expect(same).toMatchObject({ rejected: { shown: { code: 'ERR_FS_FILE_TOO_LARGE' } } })
})
