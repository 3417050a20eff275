import { pathCall } from '../bridge/layout.js'
import { addon } from '../native.js'
import { limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { onPath } from './path-call.js'
import type { StatOptions } from './stats.js'

interface FileSystem<Amount> {
  /** Its kind, as the system numbers it. */
  readonly type: Amount
  /** Bytes of a block. */
  readonly bsize: Amount
  readonly blocks: Amount
  /** Blocks that are free, and how many of these are for everybody. */
  readonly bfree: Amount
  readonly bavail: Amount
  /** Files that it can have, and how many more. */
  readonly files: Amount
  readonly ffree: Amount
}

export type StatFs = FileSystem<number>
export type BigIntStatFs = FileSystem<bigint>

const names = ['type', 'bsize', 'blocks', 'bfree', 'bavail', 'files', 'ffree'] as const

/** The file system that a path is in. Like `statfs` of node:fs/promises. Rejects with a {@link FileError} such as `ENOENT`. */
export function statfs(path: Path, options?: StatOptions & { bigint?: false | undefined }): Promise<StatFs>
export function statfs(path: Path, options: StatOptions & { bigint: true }): Promise<BigIntStatFs>
export function statfs(path: Path, options?: StatOptions): Promise<StatFs | BigIntStatFs>
export async function statfs(path: Path, options?: StatOptions): Promise<StatFs | BigIntStatFs> {
  const name = toPath(path)
  const bigint = options?.bigint === true
  return await onPath(pathCall.statfs, { syscall: 'statfs', path: name, limit: limitOf(options) }, (id) => {
    const bytes = addon.takeBytes(id)
    const amount = (index: number) => bytes.readBigUInt64LE(index * 8)
    const all = names.map((field, index) => [field, bigint ? amount(index) : Number(amount(index))])
    return Object.fromEntries(all) as StatFs | BigIntStatFs
  })
}
