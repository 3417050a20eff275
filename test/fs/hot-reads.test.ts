import { randomBytes } from 'node:crypto'
import { appendFileSync, truncateSync } from 'node:fs'
import { type FileHandle, open } from 'heddle/fs'
import { expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

it('a loop that awaits nothing but cached reads leaves timers and other callbacks their turn', async () => {
  await using file = await open(folder.file('hot'))
  const buffer = Buffer.alloc(3)
  let timers = 0
  const ticking = setInterval(() => ++timers, 1)
  const immediate = new Promise((resolve) => setImmediate(resolve))
  let seen = false
  void immediate.then(() => {
    seen = true
  })
  while (timers < 3 || !seen) expect((await file.read(buffer, 0, 3, 0)).bytesRead).toBe(3)
  clearInterval(ticking)
})

it.each([1, 2, 31])('reads by %i loops at once find what is there', async (loops) => {
  const block = 512
  const content = randomBytes(block * 200 + 100)
  await using file = await open(folder.file(content))
  const blocks = Array.from({ length: 600 }, (_, i) => (i * 7919) % 201)
  const loop = async (): Promise<void> => {
    for (let next = blocks.pop(); next !== undefined; next = blocks.pop()) {
      const at = next * block
      const { bytesRead, buffer } = await file.read(Buffer.alloc(block, 'x'), 0, block, at)
      const expected = content.subarray(at, at + block)
      expect(bytesRead).toBe(expected.length)
      expect(buffer.subarray(0, bytesRead).equals(expected)).toBe(true)
      expect(buffer.subarray(bytesRead).every((byte) => byte === 120)).toBe(true)
    }
  }
  await Promise.all(Array.from({ length: loops }, loop))
  expect(usage().requests).toBe(0)
})

it('the end of a file that grows and shrinks between reads is where it is at the read', async () => {
  const path = folder.file('0123456789')
  await using file = await open(path)
  const readAt = async (handle: FileHandle, position: number) => {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(8), 0, 8, position)
    return String(buffer.subarray(0, bytesRead))
  }
  for (let i = 0; i < 20; ++i) {
    expect(await readAt(file, 2)).toBe('23456789')
    truncateSync(path, 5)
    expect(await readAt(file, 2)).toBe('234')
    expect(await readAt(file, 5)).toBe('')
    appendFileSync(path, '56789')
  }
})
