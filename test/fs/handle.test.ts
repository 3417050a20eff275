import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { open } from 'heddle/fs'
import { describe, expect, it } from 'vitest'
import { expectSame, expectSameEffect, type Handle, withFile } from '../fixtures/both.ts'
import { outcomeOf } from '../fixtures/outcome.ts'
import { tempFolder } from '../fixtures/temp.ts'

const temp = tempFolder()
const content = 'first line\nsecond line\r\n\nlast line'

type Use = (handle: Handle, path: string) => unknown

/** The same through a handle of either, on a file of its own. */
function table(name: string, flags: string, rows: [string, Use][]): void {
  describe(name, () => {
    it.each(rows)('%s', (_, use) =>
      expectSameEffect(
        temp,
        (folder) => writeFileSync(join(folder, 'file'), content),
        (fs, folder) =>
          withFile(fs, join(folder, 'file'), flags, (handle) =>
            outcomeOf(() => use(handle, join(folder, 'file'))),
          ),
      ),
    )
  })
}

const parts = (...sizes: number[]) => sizes.map((size) => Buffer.alloc(size))

table('readv', 'r', [
  ['into one', (handle) => handle.readv(parts(4))],
  ['into many, past the end', (handle) => handle.readv(parts(3, 0, 5, 100), 4)],
  ['at the end', (handle) => handle.readv(parts(3), 1000)],
  [
    'one after the other',
    async (handle) => [await handle.readv(parts(3)), await handle.readv(parts(3), null)],
  ],
  [
    'into views of other types',
    (handle) => handle.readv([new Uint16Array(2), new DataView(new ArrayBuffer(3))], 1),
  ],
  [
    'into parts of one buffer',
    (handle) => {
      const whole = Buffer.alloc(8)
      return handle.readv([whole.subarray(4), whole.subarray(0, 4)], 0)
    },
  ],
  ['at no position', (handle) => handle.readv(parts(3), '1')],
  ['into nothing', (handle) => handle.readv(parts(0))],
  ['into none', (handle) => handle.readv([])],
  ['refuses a buffer', (handle) => handle.readv(Buffer.alloc(1))],
  ['refuses other elements', (handle) => handle.readv([Buffer.alloc(1), 'text'])],
  ['refuses absence', (handle) => handle.readv()],
])

table('writev', 'r+', [
  ['of one', (handle) => handle.writev([Buffer.from('xyz')])],
  ['of many', (handle) => handle.writev([Buffer.from('a'), Buffer.alloc(0), Buffer.from('bc')], 3)],
  [
    'one after the other',
    async (handle) => {
      await handle.writev([Buffer.from('12')])
      return handle.writev([Buffer.from('34')], null)
    },
  ],
  ['past the end', (handle) => handle.writev([Buffer.from('end')], 100)],
  ['of none', (handle) => handle.writev([])],
  [
    'of more than the system takes at once',
    (handle) => handle.writev(Array.from({ length: 3000 }, (_, i) => Buffer.from(String(i % 10)))),
  ],
  ['refuses text', (handle) => handle.writev('text')],
  ['refuses other elements', (handle) => handle.writev(['text'])],
])

table('truncate, chmod, chown, utimes', 'r+', [
  ['truncate', (handle) => handle.truncate()],
  ['truncate to a length', (handle) => handle.truncate(5)],
  ['truncate to more', (handle) => handle.truncate(100)],
  ['truncate to less than nothing', (handle) => handle.truncate(-1)],
  ['truncate refuses null', (handle) => handle.truncate(null)],
  ['truncate refuses text', (handle) => handle.truncate('5')],
  ['truncate refuses a fraction', (handle) => handle.truncate(0.5)],
  ['chmod', (handle) => handle.chmod(0o640)],
  ['chmod by text', (handle) => handle.chmod('600')],
  ['chmod refuses', (handle) => handle.chmod('rwx')],
  ['chmod refuses absence', (handle) => handle.chmod()],
  ['chown', (handle) => handle.chown(-1, -1)],
  ['chown refuses', (handle) => handle.chown('root', 0)],
  [
    'utimes',
    async (handle, path) => {
      await handle.utimes(1.5, new Date(2500))
      return [lstatSync(path).atimeMs, lstatSync(path).mtimeMs]
    },
  ],
  ['utimes refuses the first', (handle) => handle.utimes('soon', 1)],
  ['utimes refuses the second', (handle) => handle.utimes(1, Number.NaN)],
])

table('of a file that is only read', 'r', [
  ['truncate', (handle) => handle.truncate()],
  ['writev', (handle) => handle.writev([Buffer.from('x')])],
  ['writeFile', (handle) => handle.writeFile('x')],
])

table('whole files', 'r+', [
  ['readFile', (handle) => handle.readFile()],
  ['readFile as text', (handle) => handle.readFile('utf8')],
  ['readFile by options', (handle) => handle.readFile({ encoding: 'hex' })],
  ['readFile twice', async (handle) => [await handle.readFile('utf8'), await handle.readFile('utf8')]],
  ['readFile refuses an encoding', (handle) => handle.readFile('nonsense')],
  ['readFile refuses options', (handle) => handle.readFile(1)],
  ['readFile, aborted', (handle) => handle.readFile({ signal: AbortSignal.abort('why') })],
  ['writeFile', (handle) => handle.writeFile('new')],
  ['writeFile of bytes', (handle) => handle.writeFile(new Uint16Array([1, 2]))],
  ['writeFile of parts', (handle) => handle.writeFile(['a', Buffer.from('b')])],
  ['writeFile in hex', (handle) => handle.writeFile('6162', 'hex')],
  [
    'writeFile twice',
    async (handle) => {
      await handle.writeFile('one')
      await handle.writeFile('two')
    },
  ],
  ['appendFile', (handle) => handle.appendFile('new')],
  ['writeFile refuses a number', (handle) => handle.writeFile(1)],
])

table('whole files at their end', 'a', [
  ['appendFile', (handle) => handle.appendFile('new', { encoding: 'utf8' })],
])

table('streams', 'r+', [
  [
    'lines',
    async (handle) => {
      const lines: string[] = []
      for await (const line of handle.readLines()) lines.push(line)
      return { lines, fd: handle.fd }
    },
  ],
  [
    'lines from a place on',
    async (handle) => {
      const lines: string[] = []
      for await (const line of handle.readLines({ start: 6, encoding: 'utf8' })) lines.push(line)
      return lines
    },
  ],
  ['reading', async (handle) => [await text(handle.createReadStream()), handle.fd]],
  ['reading a part', async (handle) => text(handle.createReadStream({ start: 2, end: 9, highWaterMark: 3 }))],
  [
    'reading, left open',
    async (handle) => [
      await text(handle.createReadStream({ autoClose: false, start: 0 })),
      await handle.readFile('utf8'),
    ],
  ],
  [
    'writing',
    async (handle) => {
      const stream = handle.createWriteStream({ start: 3, highWaterMark: 2 })
      await pipeline(['one', 'two', Buffer.alloc(0), 'three'], stream)
      return [stream.bytesWritten, handle.fd]
    },
  ],
  [
    'writing much at once',
    async (handle) => {
      const stream = handle.createWriteStream({ flush: true })
      stream.cork()
      for (let i = 0; i < 100; ++i) stream.write(`${i},`)
      stream.uncork()
      await pipeline([], stream)
      return stream.bytesWritten
    },
  ],
  [
    'of the web',
    async (handle) => {
      const read = await new Response(handle.readableWebStream({ type: 'bytes' })).text()
      return [read, handle.fd > 2]
    },
  ],
])

describe('FileHandle', () => {
  it('emits close, once', () =>
    expectSame(async (fs) => {
      const handle = await fs.open('/dev/null')
      let closes = 0
      handle.on('close', () => closes++)
      const { close } = handle
      await Promise.all([close(), handle.close()])
      await handle.close()
      return closes
    }))

  it('finishes a whole file before it closes', () =>
    expectSame(async (fs) => {
      const path = temp.file(Buffer.alloc(20 << 20, 'heddle '))
      const handle = await fs.open(path, 'r+')
      const reading = handle.readFile()
      const closing = handle.close()
      const bytes = await reading
      await closing
      return [bytes.length, handle.fd]
    }))

  it('gives one web stream, and none when it is closed', () =>
    expectSame(async (fs) => {
      const handle = await fs.open('/dev/null')
      const first = handle.readableWebStream({ type: 'bytes' })
      const codes = []
      for (let i = 0; i < 2; ++i) {
        try {
          handle.readableWebStream()
        } catch (error) {
          codes.push((error as NodeJS.ErrnoException).code)
        }
        if (i === 0) {
          await first.cancel()
          await handle.close()
        }
      }
      return codes
    }))

  it.each([
    ['readv', [Buffer.alloc(1)]],
    ['writev', [Buffer.alloc(1)]],
    ['readFile'],
    ['writeFile', 'x'],
    ['appendFile', 'x'],
    ['truncate'],
    ['chmod', 0o600],
    ['chown', -1, -1],
    ['utimes', 1, 1],
  ] as const)('%s fails when it is closed', (name, ...args) =>
    expectSame(async (fs) => {
      const handle = await fs.open('/dev/null')
      await handle.close()
      return handle[name](...args)
    }),
  )

  it('pipes a file that is large', async () => {
    const from = temp.file(Buffer.alloc(5_000_003, 'heddle '))
    const to = temp.fresh()
    const [reader, writer] = [await open(from), await open(to, 'w')]
    await pipeline(reader.createReadStream(), writer.createWriteStream())
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true)
    expect([reader.fd, writer.fd]).toEqual([-1, -1])
  })
})
