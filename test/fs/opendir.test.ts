import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import * as node from 'node:fs/promises'
import { join } from 'node:path'
import * as heddle from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../fixtures/outcome.ts'
import { tempFolder } from '../fixtures/temp.ts'

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
