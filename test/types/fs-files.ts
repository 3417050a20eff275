// Checked by `npm run types`; never run.
import type * as nodeFs from 'node:fs'
import { type BigIntStats, FileError, lstat, open, readFile, type Stats, stat, writeFile } from 'heddle/fs'
import type { Equal, Expect } from './equal.ts'

const handle = await open('path')

export const bytes = await readFile('path')
export type Bytes = Expect<Equal<typeof bytes, Buffer>>
export const none = await readFile('path', null)
export type None = Expect<Equal<typeof none, Buffer>>
export const noEncoding = await readFile(handle, {
  encoding: null,
  flag: 'r',
  signal: AbortSignal.timeout(1),
})
export type NoEncoding = Expect<Equal<typeof noEncoding, Buffer>>
export const text = await readFile('path', 'utf8')
export type Text = Expect<Equal<typeof text, string>>
export const encoded = await readFile(new URL('file:///path'), { encoding: 'base64' })
export type Encoded = Expect<Equal<typeof encoded, string>>
// @ts-expect-error: no such encoding
await readFile('path', 'nonsense')
// @ts-expect-error: no such option
await readFile('path', { mode: 0 })
// @ts-expect-error: not a path
await readFile(1)

await writeFile('path', 'text', 'utf8')
await writeFile(handle, new Float32Array(1), {
  mode: 0o600,
  flag: 'wx',
  flush: true,
  signal: AbortSignal.timeout(1),
})
await writeFile('path', ['text', Buffer.alloc(1)])
await writeFile('path', new Set(['text']))
await writeFile('path', process.stdin as AsyncIterable<Buffer>)
// @ts-expect-error: a number is no data
await writeFile('path', 1)
// @ts-expect-error: an ArrayBuffer is no view
await writeFile('path', new ArrayBuffer(1))
// @ts-expect-error: numbers are no data
await writeFile('path', [1])

export const small = await stat('path')
export type Small = Expect<Equal<typeof small, Stats>>
export const exact = await stat('path', { bigint: true })
export type Exact = Expect<Equal<typeof exact, BigIntStats>>
export const link = await lstat('path', { bigint: false })
export type Link = Expect<Equal<typeof link, Stats>>
export const linkExact = await lstat('path', { bigint: true })
export type LinkExact = Expect<Equal<typeof linkExact.mtimeNs, bigint>>
export const open0 = await handle.stat()
export type Open0 = Expect<Equal<typeof open0, Stats>>
export const openExact = await handle.stat({ bigint: true })
export type OpenExact = Expect<Equal<typeof openExact, BigIntStats>>
export type Size = Expect<Equal<Stats['size'], number>>
// @ts-expect-error: only BigIntStats count nanoseconds
small.mtimeNs
// @ts-expect-error: a report is not to be changed
small.size = 1
// @ts-expect-error: no such option
await stat('path', { throwIfNoEntry: false })

// What takes Node's results takes ours.
export const asInNode: nodeFs.Stats = small
export const asInNodeExact: nodeFs.BigIntStats = exact

export const error = new FileError(-2, 'open', 'path')
export type Path = Expect<Equal<(typeof error)['path'], string | undefined>>
export const asErrno: NodeJS.ErrnoException = error
