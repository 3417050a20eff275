import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { open, readFile } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { turn } from '../fixtures/collect.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

describe('open of a FIFO', () => {
  it('for reading waits until somebody writes', async () => {
    const path = folder.fifo()
    let opened = false
    const reading = readFile(path, 'utf8').finally(() => {
      opened = true
    })
    for (let i = 0; i < 10; ++i) await turn()
    expect(opened).toBe(false)
    const writer = openSync(path, 'w')
    writeSync(writer, 'something')
    closeSync(writer)
    expect(await reading).toBe('something')
  })

  it('for writing waits until somebody reads', async () => {
    const path = folder.fifo()
    const opening = open(path, 'w')
    for (let i = 0; i < 10; ++i) await turn()
    const reader = await open(path, 'r')
    const writer = await opening
    await writer.write('something')
    await writer.close()
    expect(String((await reader.read(Buffer.alloc(9))).buffer)).toBe('something')
    await reader.close()
  })

  it('gives every byte of many short-lived writers', async () => {
    const path = folder.fifo()
    for (let i = 0; i < 50; ++i) {
      const reading = readFile(path, 'utf8')
      const writer = await open(path, 'w')
      await writer.write(`message ${i}`)
      await writer.close()
      expect(await reading).toBe(`message ${i}`)
    }
  })

  it('does not wait when it may not', async () => {
    const path = folder.fifo()
    const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    expect((await reader.read(Buffer.alloc(1))).bytesRead).toBe(0)
    await reader.close()
    await expect(open(path, constants.O_WRONLY | constants.O_NONBLOCK)).rejects.toHaveProperty(
      'code',
      'ENXIO',
    )
    const both = await open(path, 'r+')
    await both.close()
  })
})
