import { submit } from '../bridge/bridge.js'
import { opcode, wholeNumbers } from '../bridge/layout.js'
import { memoryOf } from '../bridge/memory.js'
import { addon } from '../native.js'
import { type Limit, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { call } from './pending.js'
import { BigIntStats, type StatOptions, Stats, statNumbers } from './stats.js'

/** Attributes of the file that a path leads to. Like `stat` of node:fs/promises. */
export function stat(path: Path, options?: StatOptions & { bigint?: false | undefined }): Promise<Stats>
export function stat(path: Path, options: StatOptions & { bigint: true }): Promise<BigIntStats>
export function stat(path: Path, options?: StatOptions): Promise<Stats | BigIntStats>
export async function stat(path: Path, options?: StatOptions): Promise<Stats | BigIntStats> {
  return await statPath('stat', toPath(path), true, options)
}

/** Attributes of the file of that name; a symbolic link is not followed. Like `lstat` of node:fs/promises. */
export function lstat(path: Path, options?: StatOptions & { bigint?: false | undefined }): Promise<Stats>
export function lstat(path: Path, options: StatOptions & { bigint: true }): Promise<BigIntStats>
export function lstat(path: Path, options?: StatOptions): Promise<Stats | BigIntStats>
export async function lstat(path: Path, options?: StatOptions): Promise<Stats | BigIntStats> {
  return await statPath('lstat', toPath(path), false, options)
}

function statPath(
  syscall: string,
  path: string | Buffer,
  follow: boolean,
  options: StatOptions | undefined,
): Promise<Stats | BigIntStats> {
  const bigint = options?.bigint === true
  const numbers = numbersFor(bigint)
  return call(
    { syscall, path, limit: limitOf(options) },
    (id) => addon.stat(id, path, follow, memoryOf(numbers.buffer), numbers.byteOffset, bigint),
    () => statsOf(numbers),
  )
}

/** Attributes of an open file. */
export function statDescriptor(fd: number, bigint: boolean, limit?: Limit): Promise<Stats | BigIntStats> {
  const numbers = numbersFor(bigint)
  return call(
    { syscall: 'fstat', limit },
    (id) =>
      void submit(
        opcode.stat,
        id,
        fd,
        memoryOf(numbers.buffer),
        bigint ? wholeNumbers : 0,
        numbers.byteOffset,
        0,
        0,
      ),
    () => statsOf(numbers),
  )
}

function numbersFor(bigint: boolean): Float64Array | BigInt64Array {
  return bigint ? new BigInt64Array(statNumbers) : new Float64Array(statNumbers)
}

function statsOf(numbers: Float64Array | BigInt64Array): Stats | BigIntStats {
  return numbers instanceof Float64Array ? new Stats(numbers) : new BigIntStats(numbers)
}
