import { chmodSync, ftruncateSync, openSync, statSync, truncateSync } from 'node:fs'
import { type CudaError, type Device, load } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { randomBytes } from './bytes.ts'
import { programTime, runProgram, wellEnded } from './child.ts'
import { closed, expectCudaError, outOfRange, rejection, thrown, wrongType, wrongValue } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const folder = tempFolder()

onEachDevice('load', (target) => {
  it('of a file that is missing rejects with ENOENT and the path', async () => {
    const gpu = await target.open()
    const path = folder.fresh('missing')
    const error = await rejection(load(path, gpu))
    expect(error).toMatchObject({
      code: 'ENOENT',
      errno: -2,
      syscall: 'open',
      path,
      message: `ENOENT: no such file or directory, open '${path}'`,
    })
    expect((error as Error).stack).toContain('load-errors.test.ts')
  })

  it('of a directory rejects with EISDIR', async () => {
    const gpu = await target.open()
    expect(await rejection(load(folder.path, gpu))).toMatchObject({ code: 'EISDIR', syscall: 'read' })
  })

  it('of a path through a file rejects with ENOTDIR', async () => {
    const gpu = await target.open()
    expect(await rejection(load(`${folder.file()}/x`, gpu))).toMatchObject({ code: 'ENOTDIR' })
  })

  it('of a pipe or a device rejects, and does not wait for it', async () => {
    const gpu = await target.open()
    for (const path of [folder.fifo(), '/dev/zero', '/dev/null']) {
      expect(await rejection(load(path, gpu))).toMatchObject({ code: 'ESPIPE', path })
    }
  })

  it('of a name that is too long rejects with ENAMETOOLONG', async () => {
    const gpu = await target.open()
    const error = await rejection(load(`${folder.path}/${'n'.repeat(256)}`, gpu))
    expect(error).toMatchObject({ code: 'ENAMETOOLONG' })
  })

  it('of a file that is shorter than it says rejects with EIO', async () => {
    const path = '/sys/kernel/mm/transparent_hugepage/enabled'
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) !== 4096) return
    const gpu = await target.open()
    expect(await rejection(load(path, gpu))).toMatchObject({ code: 'EIO', syscall: 'read', path })
  })

  it('of a file that is cut short meanwhile rejects with EIO', async () => {
    const gpu = await target.open()
    const path = folder.fresh()
    ftruncateSync(openSync(path, 'w'), 512 << 20)
    const loading = load(path, gpu, {
      chunkBytes: 4096,
      depth: 1,
      onProgress: () => truncateSync(path, 0),
    })
    expect(await rejection(loading)).toMatchObject({ code: 'EIO', syscall: 'read', path })
  })

  it.each([undefined, null, 1, {}, [], true])('does not take %o for a path', async (path) => {
    const gpu = await target.open()
    expect(thrown(() => load(path as unknown as string, gpu))).toMatchObject(wrongType)
  })

  it('does not take a path with a NUL, nor a foreign URL', async () => {
    const gpu = await target.open()
    expect(thrown(() => load('a\0b', gpu))).toMatchObject(wrongValue)
    expect(thrown(() => load(Buffer.from('a\0b'), gpu))).toMatchObject(wrongValue)
    expect(thrown(() => load(new URL('ftp://localhost/x'), gpu))).toMatchObject({
      code: 'ERR_INVALID_URL_SCHEME',
    })
  })

  it.each([undefined, null, {}, 'host', 0])('does not take %o for a device', (device) => {
    expect(thrown(() => load('x', device as unknown as Device))).toMatchObject(wrongType)
  })

  it.each([null, 1, 'x', []])('does not take %o for options', async (options) => {
    const gpu = await target.open()
    expect(thrown(() => load('x', gpu, options as object))).toMatchObject(wrongType)
  })

  it('checks the sizes of its pieces', async () => {
    const gpu = await target.open()
    const attempt = (options: object) => thrown(() => load('x', gpu, options))
    for (const chunkBytes of [0, -1, 4095, (64 << 20) + 1, 1e6 + 0.5, Number.NaN]) {
      expect(attempt({ chunkBytes })).toMatchObject(outOfRange)
    }
    for (const depth of [0, -1, 1025, 1.5]) expect(attempt({ depth })).toMatchObject(outOfRange)
    for (const wrong of ['1', null, {}]) {
      expect(attempt({ chunkBytes: wrong })).toMatchObject(wrongType)
      expect(attempt({ depth: wrong })).toMatchObject(wrongType)
      expect(attempt({ signal: wrong })).toMatchObject(wrongType)
    }
  })

  it('that fails leaves nothing behind', async () => {
    const gpu = await target.open()
    const before = usage()
    const paths = [folder.path, folder.fresh(), '/dev/null']
    await Promise.allSettled(Array.from({ length: 300 }, (_, i) => load(paths[i % 3] as string, gpu)))
    expect(usage()).toEqual(before)
  })

  it('rejects when the device is closed meanwhile', async () => {
    const gpu = await target.open()
    const path = folder.file(randomBytes(30 << 20))
    const settled = Promise.allSettled([load(path, gpu), load(path, gpu, { chunkBytes: 4096 })])
    await gpu.close()
    for (const result of await settled) {
      if (result.status === 'rejected') expectCudaError(result.reason, closed)
    }
  })
})

describe('load', () => {
  it('of more than there is room for says so, and the room is as it was', async () => {
    const gpu = await openHost({ memoryLimit: 1 << 20 })
    const error = await rejection(load(folder.file(randomBytes((1 << 20) + 1)), gpu))
    expectCudaError(error, { number: 2, code: 'cudaErrorMemoryAllocation', operation: 'cudaMalloc' })
    expect((error as CudaError).arguments).toBe(`bytes=${(1 << 20) + 1} free=${1 << 20} total=${1 << 20}`)
    await load(folder.file(randomBytes(1 << 20)), gpu)
  })

  it('of a file that may not be read rejects with EACCES', programTime, async () => {
    const path = folder.file('secret')
    chmodSync(path, 0)
    expect(await runProgram('load-unreadable', [path])).toMatchObject({
      ...wellEnded,
      stdout: `EACCES -13 open EACCES: permission denied, open '${path}'\n`,
    })
  })
})
