import { openSync, readSync, writeSync } from 'node:fs'
import { FileHandle, open, writeFile } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, type Handle } from '../fixtures/both.ts'
import { turn } from '../fixtures/collect.ts'
import { tempFolder } from '../fixtures/temp.ts'

const folder = tempFolder()

describe('a closed FileHandle', () => {
  const uses: [string, (handle: Handle) => Promise<unknown>][] = [
    ['read', (handle) => handle.read(Buffer.alloc(1))],
    ['read without arguments', (handle) => handle.read()],
    ['read of nothing', (handle) => handle.read(Buffer.alloc(1), 0, 0)],
    ['write', (handle) => handle.write('text')],
    ['write of nothing', (handle) => handle.write(Buffer.alloc(0))],
    ['stat', (handle) => handle.stat()],
    ['stat with bigint', (handle) => handle.stat({ bigint: true })],
    ['sync', (handle) => handle.sync()],
    ['datasync', (handle) => handle.datasync()],
    ['close', (handle) => handle.close()],
    ['Symbol.asyncDispose', (handle) => handle[Symbol.asyncDispose]() as Promise<void>],
    ['fd', async (handle) => handle.fd],
  ]

  it.each(uses)('%s', (_, use) =>
    expectSame(async (fs) => {
      const handle = await fs.open('/dev/null', 'r+')
      await handle.close()
      return use(handle)
    }),
  )

  it.each(uses.filter(([name]) => name !== 'close' && name !== 'Symbol.asyncDispose'))(
    '%s while it closes',
    (_, use) =>
      expectSame(async (fs) => {
        const handle = await fs.open('/dev/null', 'r+')
        const closing = handle.close()
        const used = use(handle)
        used.catch(() => undefined)
        await closing
        return used
      }),
  )
})

describe('close', () => {
  it('gives the same Promise when it is called again', async () => {
    const handle = await open('/dev/null')
    const first = handle.close()
    expect(handle.close()).toBe(first)
    expect(await first).toBeUndefined()
    await handle.close()
  })

  it('is what Symbol.asyncDispose does', async () => {
    let kept: FileHandle
    {
      await using handle = await open('/dev/null')
      kept = handle
      expect(handle.fd).toBeGreaterThan(2)
    }
    expect(kept).toBeInstanceOf(FileHandle)
    expect(kept.fd).toBe(-1)
    await expect(kept.stat()).rejects.toHaveProperty('code', 'EBADF')
  })

  it('gives the descriptor back', async () => {
    const numbers = new Set<number>()
    for (let i = 0; i < 200; ++i) {
      const handle = await open('/dev/null')
      numbers.add(handle.fd)
      await handle.close()
    }
    expect(numbers.size).toBeLessThan(5)
  })

  it('lets operations on a regular file finish first', async () => {
    const bytes = Buffer.alloc(8 << 20, 'heddle ')
    const handle = await open(folder.file(bytes), 'r+')
    const order: string[] = []
    const note = (what: string) => (): void => void order.push(what)
    const reads = Array.from({ length: 16 }, (_, i) =>
      handle.read(Buffer.alloc(1 << 19), 0, 1 << 19, i << 19),
    )
    const all = Promise.all([...reads, handle.write('text', 0), handle.stat(), handle.sync()]).then(
      note('operations'),
    )
    await Promise.all([all, handle.close().then(note('close'))])
    expect(order).toEqual(['operations', 'close'])
    for (const read of reads) expect((await read).bytesRead).toBe(1 << 19)
  })

  it('cancels reads that wait for a FIFO, and what comes later is for others', async () => {
    const path = folder.fifo()
    const [reader, other] = [await open(path, 'r+'), await open(path, 'r+')]
    const reads = [reader.read(Buffer.alloc(8)), reader.read(Buffer.alloc(8))]
    await turn()
    const closing = reader.close()
    for (const read of reads) {
      await expect(read).rejects.toMatchObject({
        message: 'ECANCELED: operation canceled, read',
        code: 'ECANCELED',
        syscall: 'read',
      })
    }
    await closing
    await other.write('for others')
    expect(String((await other.read(Buffer.alloc(10))).buffer)).toBe('for others')
    await other.close()
  })

  it('cancels what was submitted in the same turn of the event loop', async () => {
    const handle = await open(folder.fifo(), 'r+')
    const read = handle.read(Buffer.alloc(8))
    const [outcome] = await Promise.allSettled([read, handle.close()])
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ECANCELED' } })
  })

  it('cancels writes that wait for room', async () => {
    const handle = await open(folder.fifo(), 'r+')
    await writeFile(handle, Buffer.alloc(65_536))
    const write = handle.write('no room')
    const rejected = expect(write).rejects.toMatchObject({ code: 'ECANCELED', syscall: 'write' })
    await turn()
    await handle.close()
    await rejected
  })

  it('cancels its own operations only', async () => {
    const path = folder.fifo()
    const [one, two] = [await open(path, 'r+'), await open(path, 'r+')]
    const [cancelled, kept] = [one.read(Buffer.alloc(4)), two.read(Buffer.alloc(4))]
    const rejected = expect(cancelled).rejects.toHaveProperty('code', 'ECANCELED')
    await turn()
    await one.close()
    await rejected
    await two.write('text')
    expect(String((await kept).buffer)).toBe('text')
    await two.close()
  })

  it('leaves nothing that reads from the file that gets the descriptor next', async () => {
    const path = folder.fifo()
    const keeper = openSync(path, 'r+')
    for (let i = 0; i < 100; ++i) {
      const dead = await open(path, 'r+')
      const { fd } = dead
      const read = dead.read(Buffer.alloc(4)).catch((error: NodeJS.ErrnoException) => error.code)
      await turn()
      await dead.close()
      const next = await open(folder.path)
      expect([await read, next.fd]).toEqual(['ECANCELED', fd])
      writeSync(keeper, 'text')
      const bytes = Buffer.alloc(4)
      expect(readSync(keeper, bytes)).toBe(4)
      await next.close()
    }
  })
})
