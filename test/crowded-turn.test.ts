import { writeFileSync } from 'node:fs'
import { open, stat } from 'heddle/fs'
import { expect, it } from 'vitest'
import { usage } from './fixtures/internals.ts'
import { tempFolder } from './fixtures/temp.ts'

/** Nobody takes completions meanwhile, so that the ring has more of them than it has places. */
function holdTheThreadUp(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

it('20,000 operations begun in one turn, while the thread is held up: each ends once, with its own result', async () => {
  const path = tempFolder().fresh('numbers')
  const count = 20_000
  const numbers = Uint32Array.from({ length: count }, (_, i) => i)
  writeFileSync(path, numbers)
  const file = await open(path)
  const read: number[] = []
  const operations = Array.from({ length: count }, async (_, i) => {
    const [{ buffer }, { size }] = await Promise.all([
      file.readv([Buffer.alloc(2), Buffer.alloc(2)], i * 4).then(({ buffers }) => ({
        buffer: Buffer.concat([...buffers]),
      })),
      stat(path),
    ])
    expect(size).toBe(count * 4)
    read.push(buffer.readUInt32LE())
  })
  await new Promise((resolve) => setImmediate(resolve))
  holdTheThreadUp(50)
  await Promise.all(operations)
  expect(read.sort((a, b) => a - b)).toEqual(Array.from(numbers))
  await file.close()
  expect(usage().requests).toBe(0)
})
