// Checked by `npm run types`; never run.
import type * as node from 'node:fs/promises'
import { type FileHandle, open, type ReadResult, type WriteResult } from 'heddle/fs'
import type { Equal, Expect } from './equal.ts'

export type Open = Expect<Equal<ReturnType<typeof open>, Promise<FileHandle>>>
export const handle = await open('path')
await open(Buffer.from('path'), 'wx+', 0o600)
await open(new URL('file:///path'), 0, '600')
// @ts-expect-error: a descriptor is no path
await open(1)
await open('path', { flags: 'r', direct: true, signal: AbortSignal.timeout(1), timeout: 5 })
// @ts-expect-error: no such option
await open('path', { flag: 'r' })
// @ts-expect-error: mode is a string or a number
await open('path', 'r', true)

// The buffer comes back as what it was.
export const small = await handle.read(new Uint8Array(1))
export type Small = Expect<Equal<typeof small, ReadResult<Uint8Array<ArrayBuffer>>>>
export const floats = await handle.read(new Float64Array(1), 0, 8, 0n)
export type Floats = Expect<Equal<typeof floats.buffer, Float64Array<ArrayBuffer>>>
export const view = await handle.read(new DataView(new ArrayBuffer(1)), {
  offset: 0,
  length: 1,
  position: null,
})
export type View = Expect<Equal<typeof view.buffer, DataView<ArrayBuffer>>>
export const own = await handle.read()
export type Own = Expect<Equal<typeof own.buffer, Buffer>>
export const given = await handle.read({ buffer: new Int16Array(1), position: 1 })
export type Given = Expect<Equal<typeof given.buffer, Int16Array<ArrayBuffer>>>
await handle.read({ length: 1 })
await handle.read(Buffer.alloc(1), null, null, null)

// @ts-expect-error: a buffer must be a view
await handle.read(new ArrayBuffer(1))
// @ts-expect-error: a buffer must be a view
await handle.read({ buffer: 'text' })
// @ts-expect-error: offset is a number
await handle.read(Buffer.alloc(1), true)
// @ts-expect-error: length is a number
await handle.read(Buffer.alloc(1), 0, 1n)
// @ts-expect-error: options or a length, not both
await handle.read(Buffer.alloc(1), { offset: 0 }, 1)

export const bytes = await handle.write(new Uint8Array(1), 0, 1, null)
export type Bytes = Expect<Equal<typeof bytes, WriteResult<Uint8Array<ArrayBuffer>>>>
export const text = await handle.write('text', 0, 'utf8')
export type Text = Expect<Equal<typeof text, WriteResult<string>>>
await handle.write(Buffer.alloc(1), { offset: 0, length: 1, position: 1 })
await handle.write('text', null, 'utf8', { timeout: 5 })
await handle.truncate(0, { timeout: 5 })
await handle.fallocate(0, 1, { keepSize: true, signal: AbortSignal.timeout(1) })
// @ts-expect-error: only text and views
await handle.write(1)
// @ts-expect-error: no such encoding
await handle.write('text', null, 'nonsense')
// @ts-expect-error: only text and views
await handle.write(['text'])

export type Sync = Expect<Equal<ReturnType<FileHandle['sync']>, Promise<void>>>
export type Datasync = Expect<Equal<ReturnType<FileHandle['datasync']>, Promise<void>>>
export type Close = Expect<Equal<ReturnType<FileHandle['close']>, Promise<void>>>
export type Fd = Expect<Equal<FileHandle['fd'], number>>
// @ts-expect-error: not to be changed
handle.fd = 1

await using disposed = await open('path')
export const disposable: AsyncDisposable = disposed

export const counts = await handle.readMany([{ buffer: Buffer.alloc(1), position: 0 }], { timeout: 5 })
export type Counts = Expect<Equal<typeof counts, number[]>>
// @ts-expect-error: an extent has a place in the file
await handle.writeMany([{ buffer: Buffer.alloc(1) }])
export const vector = await handle.readv([new Uint8Array(1), new Float64Array(1)])
export type Vector = Expect<Equal<(typeof vector)['buffers'][1], Float64Array<ArrayBuffer>>>

// What takes Node's handles for these methods takes ours.
type Common =
  | 'appendFile'
  | 'chmod'
  | 'chown'
  | 'close'
  | 'createReadStream'
  | 'createWriteStream'
  | 'datasync'
  | 'fd'
  | 'readLines'
  | 'readv'
  | 'stat'
  | 'sync'
  | 'truncate'
  | 'utimes'
  | 'writeFile'
  | 'writev'
  | typeof Symbol.asyncDispose
export const asInNode: Pick<node.FileHandle, Common> = handle
