import { Dirent, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import * as node from 'node:fs/promises'
import { join } from 'node:path'
import { AbortError, TimeoutError } from 'heddle'
import * as heddle from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { outcomeOf } from '../fixtures/outcome.ts'
import { hasSettled } from '../fixtures/settled.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { fillPool } from './full-pool.ts'

const temp = tempFolder()
const folder = temp.fresh('listed')
mkdirSync(join(folder, 'inner/most'), { recursive: true })
writeFileSync(join(folder, 'file'), '')
writeFileSync(join(folder, 'inner/most/deep'), '')
symlinkSync('inner', join(folder, 'link'))

type Opendir = (path: never, options?: never) => Promise<AsyncIterable<{ name: string }> & node.FileHandle>
const both = [node.opendir, heddle.opendir] as unknown as Opendir[]

/** The outcome of the same through Node and through heddle must be the same. */
async function expectSame(use: (opendir: Opendir) => unknown): Promise<void> {
  const [theirs, ours] = [
    await outcomeOf(() => use(both[0] as Opendir)),
    await outcomeOf(() => use(both[1] as Opendir)),
  ]
  expect(ours).toEqual(theirs)
}

/** Node gives no order. */
async function all(opendir: Opendir, path: unknown, options?: unknown): Promise<unknown[]> {
  const seen: { name: string; parentPath?: string; path?: string }[] = []
  for await (const entry of await opendir(path as never, options as never)) seen.push(entry)
  const place = ({ name, parentPath, path: older }: (typeof seen)[0]) => `${parentPath ?? older}/${name}`
  return seen.sort((a, b) => (place(a) < place(b) ? -1 : 1))
}

describe('opendir as in Node', () => {
  it.each([
    ['entries', folder, undefined],
    ['an empty folder', join(folder, 'inner/most/..'), undefined],
    ['with what is below', folder, { recursive: true }],
    ['a buffer size', folder, { bufferSize: 1 }],
    ['an encoding', folder, 'latin1'],
    ['a path of bytes', Buffer.from(folder), undefined],
    ['nothing there', join(folder, 'missing'), undefined],
    ['a file', join(folder, 'file'), undefined],
    ['no path', undefined, undefined],
    ['an encoding that is none', folder, 'nonsense'],
  ] as const)('%s', (_, path, options) => expectSame((opendir) => all(opendir, path, options)))

  it('a bad buffer size rejects, where Node 20 ends the process', async () => {
    const bad = (bufferSize: unknown) => outcomeOf(() => heddle.opendir(folder, { bufferSize } as never))
    expect(await bad(0)).toMatchObject({ rejected: { shown: { code: 'ERR_OUT_OF_RANGE' } } })
    expect(await bad('x')).toMatchObject({ rejected: { shown: { code: 'ERR_INVALID_ARG_TYPE' } } })
  })

  it('reads to the end, closes once', () =>
    expectSame(async (opendir) => {
      const dir = (await opendir(folder as never)) as unknown as heddle.Dir
      const names: (string | undefined)[] = []
      for (let i = 0; i < 5; ++i) names.push((await dir.read())?.name)
      const closed = [await outcomeOf(() => dir.close()), await outcomeOf(() => dir.close())]
      // Node before 22.23 throws where it now rejects.
      const read = await outcomeOf(async () => await dir.read())
      return { names: names.sort(), path: dir.path, closed, read }
    }))

  it('is closed by a loop that ends, and by one that is left', () =>
    expectSame(async (opendir) => {
      const [whole, left] = [await opendir(folder as never), await opendir(folder as never)]
      for await (const _ of whole);
      for await (const _ of left) break
      return [await outcomeOf(() => whole.close()), await outcomeOf(() => left.close())]
    }))
})

describe('a folder of many names', () => {
  const many = temp.fresh('many')
  const count = 3000
  function fill(): void {
    mkdirSync(many, { recursive: true })
    for (let i = 0; i < count; ++i) writeFileSync(join(many, `${i}`.repeat(20)), '')
  }

  it.each([1, 32, 1000, 2 ** 32 - 1])('is given whole, %i at a time', async (bufferSize) => {
    fill()
    const seen = await all(both[1] as Opendir, many, { bufferSize })
    expect(seen.map((entry) => (entry as { name: string }).name)).toEqual(readdirSync(many).sort())
  })

  it('is not in memory: what is removed meanwhile is not met', async () => {
    fill()
    await using dir = await heddle.opendir(many)
    await dir.read()
    rmSync(many, { recursive: true })
    let met = 1
    while ((await dir.read()) !== null) ++met
    expect(met).toBeLessThan(count / 2)
  })
})

describe('a Dir', () => {
  it('that is removed has nothing more', () =>
    expectSame(async (opendir) => {
      const path = temp.fresh('removed')
      mkdirSync(path)
      const dir = (await opendir(path as never)) as unknown as heddle.Dir
      rmSync(path, { recursive: true })
      const outcome = await outcomeOf(() => dir.read())
      await dir.close()
      return outcome
    }))

  it('answers reads in their order, and closes after them', () =>
    expectSame(async (opendir) => {
      const dir = (await opendir(folder as never)) as unknown as heddle.Dir
      const reads = Array.from({ length: 4 }, () => dir.read())
      await dir.close()
      const entries = await Promise.all(reads)
      return entries.map((entry) => entry?.name ?? '').sort()
    }))

  it('opens what is below when it comes to it, and goes on after what can not be opened', async () => {
    const path = temp.fresh('below')
    for (const name of ['gone', 'there']) mkdirSync(join(path, name), { recursive: true })
    writeFileSync(join(path, 'there/file'), '')
    await using dir = await heddle.opendir(path, { recursive: true })
    for (let i = 0; i < 2; ++i) await dir.read()
    rmSync(join(path, 'gone'), { recursive: true })
    const left: unknown[] = []
    for (let i = 0; i < 3; ++i) left.push(await dir.read().catch((error: unknown) => error))
    expect(left.filter((each) => each instanceof heddle.FileError)).toMatchObject([
      { code: 'ENOENT', syscall: 'opendir', path: join(path, 'gone') },
    ])
    expect(left.filter((each) => each instanceof Dirent)).toMatchObject([{ name: 'file' }])
    expect(left.filter((each) => each === null)).toHaveLength(1)
  })

  it('finds what is below names that are no text', async () => {
    const path = temp.fresh('bytes')
    const inner = Buffer.concat([Buffer.from(`${path}/`), Buffer.of(0xff)])
    mkdirSync(inner, { recursive: true })
    writeFileSync(Buffer.concat([inner, Buffer.from('/file')]), '')
    const names: string[] = []
    for await (const { name } of await heddle.opendir(path, { recursive: true })) names.push(name)
    expect(names).toEqual(['\ufffd', 'file'])
    const entries: unknown[] = []
    const options = { recursive: true, encoding: 'buffer' } as const
    for await (const entry of await heddle.opendir(Buffer.from(path), options)) entries.push(entry.name)
    expect(entries).toEqual([Buffer.of(0xff), Buffer.from('file')])
  })

  it('holds a descriptor until it is closed', async () => {
    const before = usage().descriptors
    const dir = await heddle.opendir(folder, { recursive: true })
    await dir.read()
    expect(usage().descriptors).toBe(before + 1)
    await dir.close()
    expect(usage().descriptors).toBe(before)
    for await (const _ of await heddle.opendir(folder, { recursive: true }));
    for await (const _ of await heddle.opendir(folder)) break
    {
      await using _dir = await heddle.opendir(folder)
    }
    expect(usage().descriptors).toBe(before)
  })

  it('read ends early and loses no entry', async () => {
    await using dir = await heddle.opendir(folder)
    {
      await using _pool = fillPool(temp)
      await expect(dir.read({ timeout: 5 })).rejects.toBeInstanceOf(TimeoutError)
      const abort = new AbortController()
      const waiting = [dir.read({ signal: abort.signal }), dir.read({ signal: abort.signal })]
      expect(await hasSettled(Promise.race(waiting))).toBe(false)
      abort.abort()
      for (const read of waiting) await expect(read).rejects.toBeInstanceOf(AbortError)
      await expect(dir.read({ timeout: -1 })).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
    }
    const names: string[] = []
    for await (const { name } of dir) names.push(name)
    expect(names.sort()).toEqual(readdirSync(folder).sort())
  })

  it('opening takes limits', async () => {
    await expect(heddle.opendir(folder, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortError)
    await expect(heddle.opendir(folder, { timeout: -1 })).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
    await using dir = await heddle.opendir(folder, { timeout: 1e9 })
    expect(dir.path).toBe(folder)
  })
})

describe('statfs, lchmod and cp as in Node', () => {
  it.each([
    ['numbers', (fs: typeof node) => fs.statfs('/proc')],
    ['bigints', (fs: typeof node) => fs.statfs('/proc', { bigint: true })],
  ] as const)('statfs: %s', async (_, call) => {
    expect({ ...(await call(heddle as unknown as typeof node)) }).toEqual({ ...(await call(node)) })
  })

  it.each([
    ['statfs: nothing there', (fs: typeof node) => fs.statfs(join(folder, 'missing'))],
    ['statfs: no path', (fs: typeof node) => fs.statfs(1 as never)],
    ['lchmod', (fs: typeof node) => fs.lchmod(join(folder, 'link'), 0o600)],
  ] as const)('%s', async (_, call) => {
    const ours = await outcomeOf(() => call(heddle as unknown as typeof node))
    expect(ours).toEqual(await outcomeOf(() => call(node)))
  })

  it('cp copies a tree', async () => {
    const copy = temp.fresh('copy')
    await heddle.cp(folder, copy, { recursive: true })
    expect(await heddle.readdir(copy, { recursive: true })).toEqual(
      await heddle.readdir(folder, { recursive: true }),
    )
  })
})
