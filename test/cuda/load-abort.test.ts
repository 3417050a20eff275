import { ftruncateSync, openSync } from 'node:fs'
import { load } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { download, randomBytes, sameBytes } from './bytes.ts'
import { aborted, rejection } from './failures.ts'
import { onEachDevice, openHost } from './target.ts'

const folder = tempFolder()
const content = randomBytes(24 << 20)
const path = folder.file(content)
// Long enough for an abort to come in the midst of it.
const long = folder.fresh()
ftruncateSync(openSync(long, 'w'), 512 << 20)
const turn = () => new Promise((resolve) => setImmediate(resolve))

onEachDevice('aborting a load', (target) => {
  it('before it begins: nothing happens', async () => {
    const gpu = await target.open()
    const reason = new Error('why')
    const error = await rejection(load(folder.fresh(), gpu, { signal: AbortSignal.abort(reason) }))
    expect(error).toMatchObject({ ...aborted, cause: reason })
  })

  it('in the same turn', async () => {
    const gpu = await target.open()
    const controller = new AbortController()
    const loading = load(path, gpu, { signal: controller.signal })
    controller.abort('now')
    expect(await rejection(loading)).toMatchObject({ ...aborted, cause: 'now' })
  })

  it('in the midst of it, when some has arrived', async () => {
    const gpu = await target.open()
    const controller = new AbortController()
    const { signal } = controller
    const loading = load(long, gpu, {
      signal,
      chunkBytes: 4096,
      depth: 1,
      onProgress: () => controller.abort(),
    })
    expect(await rejection(loading)).toMatchObject(aborted)
  })

  it('at any moment settles it, one way or the other', async () => {
    const { gpu, stream } = await target.stream()
    const before = usage().memory
    for (let i = 0; i < 40; ++i) {
      const controller = new AbortController()
      const loading = load(path, gpu, { signal: controller.signal, chunkBytes: 65_536 * (1 + (i % 3)) })
      for (let turns = i * 3; turns > 0; --turns) await turn()
      controller.abort()
      const outcome = await loading.catch((error) => error)
      if (outcome instanceof Error) expect(outcome).toMatchObject(aborted)
      else {
        expect(sameBytes(await download(stream, outcome.bytes), content)).toBe(true)
        outcome.bytes.dispose()
      }
    }
    await gpu.memory()
    expect(usage().requests).toBe(0)
    expect(usage().memory - before).toBeLessThanOrEqual(40)
  })

  it('after the end changes nothing', async () => {
    const { gpu, stream } = await target.stream()
    const controller = new AbortController()
    const { bytes } = await load(path, gpu, { signal: controller.signal })
    controller.abort()
    expect(sameBytes(await download(stream, bytes), content)).toBe(true)
  })

  it('stops it alone', async () => {
    const { gpu, stream } = await target.stream()
    const controller = new AbortController()
    const stopped = load(path, gpu, { signal: controller.signal, chunkBytes: 4096 })
    const other = load(path, gpu)
    controller.abort()
    await rejection(stopped)
    expect(sameBytes(await download(stream, (await other).bytes), content)).toBe(true)
  })

  it('many with one signal stops them all', async () => {
    const gpu = await target.open()
    const controller = new AbortController()
    const { signal } = controller
    const settled = Promise.allSettled(
      Array.from({ length: 20 }, () => load(path, gpu, { signal, chunkBytes: 4096 })),
    )
    controller.abort()
    for (const result of await settled) {
      expect((result as PromiseRejectedResult).reason).toMatchObject(aborted)
    }
  })
})

describe('a load that was aborted', () => {
  it('has given its memory back', async () => {
    const gpu = await openHost({ memoryLimit: 1 << 30 })
    for (let i = 0; i < 10; ++i) {
      const controller = new AbortController()
      const { signal } = controller
      const loading = load(long, gpu, {
        signal,
        chunkBytes: 4096,
        depth: 1,
        onProgress: () => controller.abort(),
      })
      await rejection(loading)
      expect((await gpu.memory()).free).toBe(1 << 30)
    }
  })

  it('waits for the device, which can not take back what it was given', async () => {
    const gpu = await openHost({ faults: [{ operation: 'cudaMemcpyAsync', kind: 'slow', delay: 100 }] })
    const controller = new AbortController()
    const loading = load(path, gpu, { signal: controller.signal })
    await gpu.memory()
    controller.abort()
    const outcome = await loading.catch((error) => error)
    expect(outcome).toMatchObject(aborted)
  })
})
