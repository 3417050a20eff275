import { getEventListeners } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AbortError, sleep, TimeoutError } from 'heddle'
import * as fs from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { treeOf } from '../fixtures/both.ts'
import { hasSettled } from '../fixtures/settled.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { fillPool } from './full-pool.ts'

const temp = tempFolder()

function filled(): string {
  const folder = temp.fresh('filled')
  mkdirSync(join(folder, 'full/inner'), { recursive: true })
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'file'), 'content', { mode: 0o640 })
  writeFileSync(join(folder, 'full/one'), '1')
  symlinkSync('file', join(folder, 'link'))
  return folder
}

type Call = (at: (name: string) => string, limits: fs.Limits, handle: fs.FileHandle) => Promise<unknown>

/** One call on paths each, which the pool carries out. */
const calls: Record<string, Call> = {
  access: (at, limits) => fs.access(at('file'), 0, limits),
  chmod: (at, limits) => fs.chmod(at('file'), 0o600, limits),
  chown: (at, limits) => fs.chown(at('file'), -1, -1, limits),
  copyFile: (at, limits) => fs.copyFile(at('file'), at('copy'), 0, limits),
  lchown: (at, limits) => fs.lchown(at('link'), -1, -1, limits),
  link: (at, limits) => fs.link(at('file'), at('second'), limits),
  lutimes: (at, limits) => fs.lutimes(at('link'), 1, 1, limits),
  mkdir: (at, limits) => fs.mkdir(at('new'), limits),
  'mkdir of many': (at, limits) => fs.mkdir(at('new/inner'), { recursive: true, ...limits }),
  mkdtemp: (at, limits) => fs.mkdtemp(at('temporary-'), limits),
  'mkdtemp as bytes': (at, limits) => fs.mkdtemp(at('temporary-'), { encoding: 'buffer', ...limits }),
  readdir: (at, limits) => fs.readdir(at('full'), limits),
  readFiles: (at, limits) => fs.readFiles([at('file')], limits),
  readlink: (at, limits) => fs.readlink(at('link'), limits),
  realpath: (at, limits) => fs.realpath(at('link'), limits),
  rename: (at, limits) => fs.rename(at('file'), at('other'), limits),
  rm: (at, limits) => fs.rm(at('full'), { recursive: true, ...limits }),
  rmdir: (at, limits) => fs.rmdir(at('empty'), limits),
  statfs: (at, limits) => fs.statfs(at('file'), limits),
  symlink: (at, limits) => fs.symlink('file', at('new'), 'file', limits),
  truncate: (at, limits) => fs.truncate(at('file'), 1, limits),
  unlink: (at, limits) => fs.unlink(at('file'), limits),
  utimes: (at, limits) => fs.utimes(at('file'), 1, 1, limits),
  'FileHandle.chmod': (_, limits, handle) => handle.chmod(0o600, limits),
  'FileHandle.chown': (_, limits, handle) => handle.chown(-1, -1, limits),
  'FileHandle.fallocate': (_, limits, handle) => handle.fallocate(0, 100, limits),
  'FileHandle.truncate': (_, limits, handle) => handle.truncate(1, limits),
  'FileHandle.utimes': (_, limits, handle) => handle.utimes(1, 1, limits),
}

/** A folder to make a call in, and how it was before. */
async function prepared() {
  const folder = filled()
  const at = (file: string) => join(folder, file)
  const handle = await fs.open(at('file'), 'r+')
  const before = treeOf(folder)
  return {
    folder,
    with: (call: Call, limits: fs.Limits) => call(at, limits, handle),
    async expectUntouched() {
      // Behind whatever may still have been on its way.
      await fs.access(folder)
      expect(treeOf(folder)).toEqual(before)
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

describe.each(Object.entries(calls))('%s', (_, call) => {
  it('that has not begun when its signal is aborted does not happen', async () => {
    await using place = await prepared()
    const abort = new AbortController()
    {
      await using _pool = fillPool(temp)
      const waiting = place.with(call, { signal: abort.signal })
      expect(await hasSettled(waiting)).toBe(false)
      abort.abort('why')
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError', cause: 'why' })
    }
    await place.expectUntouched()
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  it('that has not begun when its time is up does not happen', async () => {
    await using place = await prepared()
    {
      await using _pool = fillPool(temp)
      await expect(place.with(call, { timeout: 5 })).rejects.toBeInstanceOf(TimeoutError)
    }
    await place.expectUntouched()
  })

  it('does not begin with a signal that is aborted already', async () => {
    await using place = await prepared()
    await expect(place.with(call, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortError)
    await place.expectUntouched()
  })

  it('with time enough is as without', async () => {
    await using limited = await prepared()
    await using free = await prepared()
    const { signal } = new AbortController()
    await limited.with(call, { signal, timeout: 1e9 })
    await free.with(call, {})
    expect(Object.values(treeOf(limited.folder))).toEqual(Object.values(treeOf(free.folder)))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('refuses limits that are none, and does nothing', async () => {
    await using place = await prepared()
    await expect(place.with(call, { timeout: -1 })).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
    const wrong = { signal: 'no' as never }
    await expect(place.with(call, wrong)).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    await place.expectUntouched()
  })
})

describe('limits that are not given', () => {
  it('leave what Node takes: other values in their place', async () => {
    const at = (folder: string) => (file: string) => join(folder, file)
    const path = at(filled())
    const removed = [path('file'), path('full/one'), path('link')]
    await Promise.all(removed.map(fs.unlink as (path: string, index: number) => Promise<void>))
    await fs.rmdir(path('empty'), null as never)
    await fs.rename(path('full'), path('moved'), 'ignored' as never)
    await fs.rmdir(path('moved/inner'), { maxRetries: 1 })
  })
})

describe('cp', () => {
  it('ends before the next file when its signal is aborted; what is copied stays', async () => {
    const folder = filled()
    const copy = temp.fresh('copy')
    const abort = new AbortController()
    let asked = 0
    const options = {
      recursive: true,
      signal: abort.signal,
      filter: () => {
        if (++asked === 3) abort.abort()
        return true
      },
    }
    await expect(fs.cp(folder, copy, options)).rejects.toBeInstanceOf(AbortError)
    expect(asked).toBeLessThan(6)
    await fs.access(copy)
  })

  it('ends before the next file when its time is up', async () => {
    // Whoever waits later is woken later.
    const filter = () => sleep(1).then(() => true)
    const copying = fs.cp(filled(), temp.fresh('copy'), { recursive: true, timeout: 0, filter })
    await expect(copying).rejects.toBeInstanceOf(TimeoutError)
  })

  it('with time enough copies all, and asks the filter', async () => {
    const [folder, copy] = [filled(), temp.fresh('copy')]
    const { signal } = new AbortController()
    const filter = (source: string) => !source.endsWith('one')
    await fs.cp(folder, copy, { recursive: true, filter, signal, timeout: 1e9 })
    expect(await fs.readdir(copy, { recursive: true })).toEqual([
      'empty',
      'file',
      'full',
      'link',
      'full/inner',
    ])
  })

  it('refuses what Node refuses', async () => {
    const wrong = fs.cp(filled(), temp.fresh(), { filter: 1 as never, timeout: 1e9 })
    await expect(wrong).rejects.toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    await expect(fs.cp('a', 'b', { timeout: -1 })).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })
})

it('copyFile that fails leaves what was there and is no file', async () => {
  const fifo = temp.fifo()
  await using _reader = await fs.open(fifo, 'r+')
  const file = temp.file(Buffer.alloc(1 << 20))
  await expect(fs.copyFile(file, fifo)).rejects.toHaveProperty('code', 'EAGAIN')
  expect((await fs.lstat(fifo)).isFIFO()).toBe(true)
})
