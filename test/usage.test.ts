import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { sleep } from 'heddle'
import { open, readFile, stat, writeFile } from 'heddle/fs'
import { expect, it } from 'vitest'
import { collect, turn } from './fixtures/collect.ts'
import { usage } from './fixtures/internals.ts'
import { tempFolder } from './fixtures/temp.ts'

const folder = tempFolder()
const descriptors = () => readdirSync('/proc/self/fd').length

it('counts what is in flight', async () => {
  await collect()
  const before = usage()
  const path = folder.fresh()
  execFileSync('mkfifo', [path])
  const fifo = await open(path, 'r+')
  const controller = new AbortController()
  const sleeps = Promise.allSettled(
    Array.from({ length: 10 }, () => sleep(1e6, { signal: controller.signal })),
  )
  const reads = Promise.allSettled(Array.from({ length: 7 }, () => fifo.read(new Uint8Array(8))))
  await turn()
  const during = usage()
  expect(during.timers - before.timers).toBe(10)
  expect(during.requests - before.requests).toBe(7)
  expect(during.descriptors - before.descriptors).toBe(1)
  controller.abort()
  await Promise.all([sleeps, reads, fifo.close()])
  expect(usage()).toMatchObject({ requests: 0, timers: 0, descriptors: before.descriptors })
})

it('is what it was when everything has settled, whether it went well or not', async () => {
  const round = async () => {
    const path = folder.fresh()
    await writeFile(path, 'content')
    const handle = await open(path, 'r+')
    await Promise.allSettled([
      handle.read(new Uint8Array(4)),
      handle.write(new Uint8Array(4)),
      handle.read({ length: -1 }),
      handle.stat(),
      handle.stat({ bigint: true }),
      handle.sync(),
      handle.datasync(),
      readFile(path),
      readFile(folder.path),
      stat(path),
      stat('missing'),
      open('missing'),
      writeFile('/dev/full', 'text'),
      readFile(path, { signal: AbortSignal.abort() }),
      sleep(1),
      sleep(1e6, { signal: AbortSignal.timeout(1) }),
      sleep(1, { signal: AbortSignal.abort() }),
    ])
    await handle.close()
  }
  await round()
  await collect()
  const [before, open0] = [usage(), descriptors()]
  for (let i = 0; i < 20; ++i) await round()
  await collect()
  const after = usage()
  expect(after).toMatchObject({ requests: 0, timers: 0, descriptors: before.descriptors })
  expect(after.memory).toBeLessThanOrEqual(before.memory + 4)
  expect(descriptors()).toBe(open0)
})

it('a signal that is none leaves nothing behind', async () => {
  expect(() => sleep(1, { signal: { aborted: false } as AbortSignal })).toThrow(TypeError)
  await sleep(5)
  expect(usage().timers).toBe(0)
})
