import { constants, Stats as NodeStats } from 'node:fs'
import type { Limits } from './limit.js'

export interface StatOptions extends Limits {
  /** Whether the numbers are bigints. Default: false. */
  bigint?: boolean | undefined
}

/** How many numbers a stat crosses the bridge as; their order is that of native/bridge/stat_numbers.hpp. */
export const statNumbers = 18

const { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } = constants

/** What Stats and BigIntStats share: the questions about the type of the file. */
abstract class FileType {
  abstract readonly mode: number | bigint

  #is(type: number): boolean {
    return (Number(this.mode) & S_IFMT) === type
  }
  isFile(): boolean {
    return this.#is(S_IFREG)
  }
  isDirectory(): boolean {
    return this.#is(S_IFDIR)
  }
  isSymbolicLink(): boolean {
    return this.#is(S_IFLNK)
  }
  isFIFO(): boolean {
    return this.#is(S_IFIFO)
  }
  isSocket(): boolean {
    return this.#is(S_IFSOCK)
  }
  isBlockDevice(): boolean {
    return this.#is(S_IFBLK)
  }
  isCharacterDevice(): boolean {
    return this.#is(S_IFCHR)
  }
}

/** Attributes of a file, as `fs.Stats` has them: sizes in bytes, times in milliseconds (`...Ms`) and as dates. */
export class Stats extends FileType {
  readonly dev: number
  readonly mode: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  readonly rdev: number
  readonly blksize: number
  readonly ino: number
  readonly size: number
  readonly blocks: number
  readonly atimeMs: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly birthtimeMs: number
  readonly atime: Date
  readonly mtime: Date
  readonly ctime: Date
  readonly birthtime: Date

  /** @param numbers in the order of the bridge */
  constructor(numbers: Float64Array) {
    super()
    const at = (index: number) => numbers[index] as number
    const time = (index: number) => at(index) * 1000 + at(index + 1) / 1e6
    this.dev = at(0)
    this.mode = at(1)
    this.nlink = at(2)
    this.uid = at(3)
    this.gid = at(4)
    this.rdev = at(5)
    this.blksize = at(6)
    this.ino = at(7)
    this.size = at(8)
    this.blocks = at(9)
    this.atimeMs = time(10)
    this.mtimeMs = time(12)
    this.ctimeMs = time(14)
    this.birthtimeMs = time(16)
    this.atime = dateOf(this.atimeMs)
    this.mtime = dateOf(this.mtimeMs)
    this.ctime = dateOf(this.ctimeMs)
    this.birthtime = dateOf(this.birthtimeMs)
  }
}

/** The same with bigints, and times in nanoseconds (`...Ns`) too. */
export class BigIntStats extends FileType {
  readonly dev: bigint
  readonly mode: bigint
  readonly nlink: bigint
  readonly uid: bigint
  readonly gid: bigint
  readonly rdev: bigint
  readonly blksize: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly blocks: bigint
  readonly atimeMs: bigint
  readonly mtimeMs: bigint
  readonly ctimeMs: bigint
  readonly birthtimeMs: bigint
  readonly atimeNs: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly birthtimeNs: bigint
  readonly atime: Date
  readonly mtime: Date
  readonly ctime: Date
  readonly birthtime: Date

  /** @param numbers in the order of the bridge */
  constructor(numbers: BigInt64Array) {
    super()
    const at = (index: number) => numbers[index] as bigint
    const time = (index: number) => at(index) * 1_000_000_000n + at(index + 1)
    this.dev = at(0)
    this.mode = at(1)
    this.nlink = at(2)
    this.uid = at(3)
    this.gid = at(4)
    this.rdev = at(5)
    this.blksize = at(6)
    this.ino = BigInt.asUintN(64, at(7))
    this.size = at(8)
    this.blocks = at(9)
    this.atimeNs = time(10)
    this.mtimeNs = time(12)
    this.ctimeNs = time(14)
    this.birthtimeNs = time(16)
    this.atimeMs = this.atimeNs / 1_000_000n
    this.mtimeMs = this.mtimeNs / 1_000_000n
    this.ctimeMs = this.ctimeNs / 1_000_000n
    this.birthtimeMs = this.birthtimeNs / 1_000_000n
    this.atime = dateOf(Number(this.atimeMs))
    this.mtime = dateOf(Number(this.mtimeMs))
    this.ctime = dateOf(Number(this.ctimeMs))
    this.birthtime = dateOf(Number(this.birthtimeMs))
  }
}

/** As Node does, to the nearest millisecond. */
function dateOf(ms: number): Date {
  return new Date(Math.round(ms))
}

// So that `stats instanceof fs.Stats` holds, as it does for node:fs/promises.
Object.setPrototypeOf(FileType.prototype, NodeStats.prototype)
