// Checked by `npm run types`; never run.
import type { Dirent } from 'node:fs'
import type * as node from 'node:fs/promises'
import * as heddle from 'heddle/fs'

type Covered =
  | 'access'
  | 'chmod'
  | 'chown'
  | 'constants'
  | 'copyFile'
  | 'cp'
  | 'lchown'
  | 'link'
  | 'lstat'
  | 'lutimes'
  | 'mkdir'
  | 'rename'
  | 'rm'
  | 'rmdir'
  | 'stat'
  | 'symlink'
  | 'truncate'
  | 'unlink'
  | 'utimes'

// Where Node's types say that bytes are in no shared memory, ours say Buffer.
export const names: string[] = await heddle.readdir('path', { recursive: true })
export const bytes: Buffer[] = await heddle.readdir('path', 'buffer')
export const entries: Dirent[] = await heddle.readdir('path', { withFileTypes: true })
export const path: string = await heddle.realpath('path')
export const folder: string = await heddle.mkdtemp('path')
export const says: Buffer = await heddle.readlink('path', 'buffer')

/** Programs that take the functions of node:fs/promises take ours. Those that take or give handles have ours. */
export const dropIn: Pick<typeof node, Covered> = heddle

// Whatever Node takes may be followed by limits, or holds them.
const limits = { signal: AbortSignal.timeout(1), timeout: 5 }
await heddle.rename('path', 'path', limits)
await heddle.symlink('path', 'path', null, limits)
await heddle.mkdir('path', { recursive: true, ...limits })
await heddle.rmdir('path', limits)
export const bytesInTime: Buffer = await heddle.realpath('path', { encoding: 'buffer', ...limits })
export const textInTime: string = await heddle.mkdtemp('path', limits)
await heddle.cp('path', 'path', { recursive: true, ...limits })
// @ts-expect-error: no such limit
await heddle.unlink('path', { until: 5 })

// @ts-expect-error: no such mode
await heddle.mkdir('path', true)
// @ts-expect-error: no such option
await heddle.rm('path', { all: true })
