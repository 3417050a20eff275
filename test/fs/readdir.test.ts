import { execFileSync } from 'node:child_process'
import { Dirent, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { readdir } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSameEffect, nodeFs } from '../fixtures/both.ts'
import { tempFolder } from '../fixtures/temp.ts'

const temp = tempFolder()
const strange = Buffer.from([0x66, 0xff, 0xfe, 0x80, 0x0a])

function fill(folder: string): void {
  for (const name of ['b', 'a', 'B', 'ä', '漢', '🧵', ' ', '-', '.hidden'])
    writeFileSync(join(folder, name), name)
  for (const name of ['full/one/1/2', 'full/two', 'empty', 'last/x'])
    mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'full', 'one', 'file'), '')
  writeFileSync(join(folder, 'last', 'x', 'y'), '')
  symlinkSync('b', join(folder, 'link'))
  symlinkSync('last', join(folder, 'link-to-folder'))
  symlinkSync('nowhere', join(folder, 'dangling'))
}

describe('readdir', () => {
  it.each([
    ['names', undefined],
    ['null', null],
    ['in UTF-8', 'utf8'],
    ['in Latin 1', 'latin1'],
    ['in hex', { encoding: 'hex' }],
    ['as bytes', 'buffer'],
    ['as bytes, by options', { encoding: 'buffer' }],
    ['with types', { withFileTypes: true }],
    ['with types, as bytes', { withFileTypes: true, encoding: 'buffer' }],
    ['with types, in base64', { withFileTypes: true, encoding: 'base64' }],
    ['of all folders', { recursive: true }],
    ['of all folders, with types', { recursive: true, withFileTypes: true }],
    ['in no encoding', 'nonsense'],
    ['in no encoding, by options', { encoding: 'nonsense' }],
    ['with other options', 1],
  ])('%s', async (_, options) => {
    await expectSameEffect(temp, fill, (fs, folder) => fs.readdir(folder, options))
    await expectSameEffect(temp, fill, (fs, folder) => fs.readdir(`${folder}/`, options))
  })

  it.each(['empty', 'a', 'missing', 'link', 'link-to-folder', 'dangling', 'a/b'])('of %s', (name) =>
    expectSameEffect(temp, fill, (fs, folder) => fs.readdir(join(folder, name), { recursive: true })),
  )

  it('knows every kind of file', async () => {
    const folder = temp.fresh()
    mkdirSync(join(folder, 'folder'), { recursive: true })
    writeFileSync(join(folder, 'file'), '')
    symlinkSync('file', join(folder, 'link'))
    execFileSync('mkfifo', [join(folder, 'fifo')])
    const server = createServer().listen(join(folder, 'socket'))
    const kinds = async (path: string) => {
      const ours = await readdir(path, { withFileTypes: true })
      expect(ours).toEqual(await nodeFs.readdir(path, { withFileTypes: true }))
      return ours.map((entry) => [
        entry.name,
        entry instanceof Dirent,
        entry.isFile(),
        entry.isDirectory(),
        entry.isSymbolicLink(),
        entry.isFIFO(),
        entry.isSocket(),
      ])
    }
    expect(await kinds(folder)).toEqual([
      ['fifo', true, false, false, false, true, false],
      ['file', true, true, false, false, false, false],
      ['folder', true, false, true, false, false, false],
      ['link', true, false, false, true, false, false],
      ['socket', true, false, false, false, false, true],
    ])
    expect(
      (await readdir('/dev', { withFileTypes: true }))
        .find(({ name }) => name === 'null')
        ?.isCharacterDevice(),
    ).toBe(true)
    server.close()
  })

  it('keeps names that are not UTF-8', async () => {
    const folder = temp.fresh()
    mkdirSync(folder)
    const odd = Buffer.concat([Buffer.from(`${folder}/`), strange])
    mkdirSync(odd)
    writeFileSync(Buffer.concat([odd, Buffer.from('/'), strange]), '')
    expect(await readdir(folder, 'buffer')).toEqual([strange])
    expect(await readdir(odd, { encoding: 'buffer' })).toEqual([strange])
    const inner = Buffer.concat([strange, Buffer.from('/'), strange])
    expect(await readdir(Buffer.from(folder), { encoding: 'buffer', recursive: true })).toEqual([
      strange,
      inner,
    ])
    const typed = await readdir(Buffer.from(folder), {
      encoding: 'buffer',
      recursive: true,
      withFileTypes: true,
    })
    expect(typed.map(({ name }) => name)).toEqual([strange, strange])
    expect(typed[1]?.parentPath).toEqual(odd)
  })

  it('lists ten thousand', async () => {
    const folder = temp.fresh()
    mkdirSync(folder)
    const names = Array.from({ length: 10_000 }, (_, i) => `${i}`.padStart(5, '0'))
    for (const name of names) writeFileSync(join(folder, name), '')
    expect(await readdir(folder)).toEqual(names)
  })
})
