import { load } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { deliveries } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { randomBytes } from './bytes.ts'
import { programTime, runProgram, wellEnded } from './child.ts'
import { thrown, wrongType } from './failures.ts'
import { onEachDevice } from './target.ts'

const folder = tempFolder()

onEachDevice('the progress of a load', (target) => {
  it.each([1, 100_000, 70_000_000])('grows, and ends at the total: %i bytes', async (length) => {
    const gpu = await target.open()
    const seen: { bytes: number; total: number }[] = []
    let settled = false
    const loading = load(folder.file(randomBytes(length)), gpu, {
      onProgress: (progress) => {
        expect(settled).toBe(false)
        seen.push(progress)
      },
    })
    await loading
    settled = true
    const bytes = seen.map((progress) => progress.bytes)
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
    expect(seen.every(({ total }) => total === length)).toBe(true)
    expect(bytes.at(-1)).toBe(length)
    expect(bytes[0]).toBeGreaterThan(0)
  })

  it('of an empty file is nothing of nothing', async () => {
    const gpu = await target.open()
    const seen: object[] = []
    await load(folder.file(), gpu, { onProgress: (progress) => seen.push(progress) })
    expect(seen).toEqual([{ bytes: 0, total: 0 }])
  })

  it('is not told where the load fails at once', async () => {
    const gpu = await target.open()
    let told = 0
    await load(folder.fresh(), gpu, { onProgress: () => ++told }).catch(() => undefined)
    expect(told).toBe(0)
  })

  it('costs deliveries by the megabyte, not by the piece, and none when nobody asks', async () => {
    const gpu = await target.open()
    const path = folder.file(randomBytes(32 << 20))
    const before = deliveries()
    await load(path, gpu, { chunkBytes: 65_536 })
    expect(deliveries() - before).toBe(1)
  })

  it.each([null, 1, 'x', {}])('goes to functions, not to %o', async (onProgress) => {
    const gpu = await target.open()
    expect(thrown(() => load('x', gpu, { onProgress: onProgress as unknown as () => void }))).toMatchObject(
      wrongType,
    )
  })
})

it('an error in onProgress is an uncaught exception, and does not harm the load', programTime, async () => {
  const path = folder.file(randomBytes(50_000_000))
  expect(await runProgram('progress-throws', [path])).toMatchObject({
    ...wellEnded,
    stdout: 'uncaught: from onProgress\nloaded 50000000\n',
  })
})
