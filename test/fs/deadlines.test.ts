import { getEventListeners } from 'node:events'
import { open as openNode } from 'node:fs/promises'
import { AbortError, TimeoutError } from 'heddle'
import { appendFile, open, readFile, readFiles, rm, stat, writeFile } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { hasSettled } from '../fixtures/settled.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

/** Both ends, so that nothing waits in open. */
async function openFifo(): Promise<{ path: string } & AsyncDisposable> {
  const path = folder.fifo()
  const both = await openNode(path, 'r+')
  return { path, [Symbol.asyncDispose]: () => both.close() }
}

describe('a whole file whose other end never comes', () => {
  const calls = {
    readFile: (path: string, limits: object) => readFile(path, limits),
    writeFile: (path: string, limits: object) => writeFile(path, 'text', limits),
    appendFile: (path: string, limits: object) => appendFile(path, 'text', limits),
    readFiles: (path: string, limits: object) => readFiles([path], limits),
  }

  for (const [name, call] of Object.entries(calls)) {
    it(`${name} ends when its signal is aborted`, async () => {
      const abort = new AbortController()
      const waiting = call(folder.fifo(), { signal: abort.signal })
      expect(await hasSettled(waiting)).toBe(false)
      abort.abort()
      await expect(waiting).rejects.toBeInstanceOf(AbortError)
      expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    })

    it(`${name} ends when its time is up`, async () => {
      await expect(call(folder.fifo(), { timeout: 10 })).rejects.toBeInstanceOf(TimeoutError)
    })
  }
})

describe('a whole file that nothing more comes from', () => {
  it('readFile ends', async () => {
    await using fifo = await openFifo()
    await expect(readFile(fifo.path, { timeout: 10 })).rejects.toBeInstanceOf(TimeoutError)
    const handle = await open(fifo.path)
    await expect(handle.readFile({ timeout: 10 })).rejects.toBeInstanceOf(TimeoutError)
    await handle.close()
  })

  it('writeFile ends when nobody takes what it writes', async () => {
    await using fifo = await openFifo()
    const much = Buffer.alloc(1 << 20)
    await expect(writeFile(fifo.path, much, { timeout: 10 })).rejects.toBeInstanceOf(TimeoutError)
  })
})

it('a handle’s write of text ends when nobody takes it', async () => {
  await using fifo = await openFifo()
  await using handle = await open(fifo.path, 'w')
  const text = 'x'.repeat(4096)
  expect((await handle.write(text, null, 'latin1', { timeout: 1e9 })).bytesWritten).toBe(4096)
  const untilFull = async () => {
    for (;;) await handle.write(text, null, 'latin1', { timeout: 10 })
  }
  await expect(untilFull()).rejects.toBeInstanceOf(TimeoutError)
})

describe('a time limit', () => {
  it('may be longer than timers of Node can be', async () => {
    await using fifo = await openFifo()
    await using handle = await open(fifo.path, 'r+')
    const patient = handle.read(Buffer.alloc(4), { timeout: 3e9 })
    const later = handle.read(Buffer.alloc(4), { timeout: 10 })
    await expect(later).rejects.toBeInstanceOf(TimeoutError)
    expect(await hasSettled(patient)).toBe(false)
    await handle.write('here')
    expect((await patient).bytesRead).toBe(4)
  })

  it('is checked at the call', async () => {
    const file = folder.fresh('file')
    await writeFile(file, 'text', { timeout: 1e9 })
    expect(await readFile(file, { encoding: 'utf8', timeout: 1e9 })).toBe('text')
    expect((await stat(file, { timeout: 1e9 })).size).toBe(4)
    await using handle = await open(file, { flags: 'r+', timeout: 1e9 })
    await handle.sync({ timeout: 1e9 })
    await handle.datasync({ timeout: 1e9 })
    expect((await handle.stat({ timeout: 1e9 })).size).toBe(4)
    const wrong = { timeout: -1 }
    for (const call of [
      () => readFile(file, wrong),
      () => writeFile(file, 'text', wrong),
      () => readFiles([file], wrong),
      () => stat(file, wrong),
      () => handle.sync(wrong),
      () => handle.stat(wrong),
    ]) {
      await expect(call()).rejects.toHaveProperty('code', 'ERR_OUT_OF_RANGE')
    }
  })

  it('ends the wait between two tries of rm', async () => {
    const forbidden = '/proc/self/fdinfo'
    const options = { recursive: true, maxRetries: 3, retryDelay: 60_000 }
    await expect(rm(forbidden, { ...options, timeout: 10 })).rejects.toBeInstanceOf(TimeoutError)
  })
})

it('a signal that lives on keeps nothing of the calls that it was given to', async () => {
  const file = folder.fresh('shared')
  await writeFile(file, 'text')
  const { signal } = new AbortController()
  await using handle = await open(file)
  const limits = { signal, timeout: 1e6 }
  for (let round = 0; round < 10; ++round) {
    await Promise.all(
      Array.from({ length: 20 }, () => handle.read(Buffer.alloc(4), { ...limits, position: 0 })),
    )
    await readFile(file, limits)
    await readFiles([file], limits)
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('readFiles does not take the reader’s place before a writer of a FIFO has written', async () => {
  const path = folder.fifo()
  const files = readFiles([path])
  await writeFile(path, 'not lost')
  expect(String((await files)[0])).toBe('not lost')
})
