import type { ReadStream, WriteStream } from 'node:fs'
import { constants } from 'node:os'
import type { Interface } from 'node:readline'
import { ArgumentTypeError } from '../argument-errors.js'
import { submit } from '../bridge/bridge.js'
import { opcode, pathCall } from '../bridge/layout.js'
import { validateBoolean, validateInteger } from '../validate.js'
import { validateOwner } from './chown.js'
import { type Extent, validateExtents } from './extents.js'
import { closedError, FileError } from './file-error.js'
import { throwIfAborted, toOptions } from './file-options.js'
import { toMode } from './flags.js'
import {
  linesOf,
  type ReadStreamOptions,
  readStreamOf,
  type WriteStreamOptions,
  webStreamOf,
  writeStreamOf,
} from './handle-streams.js'
import { type Limit, type Limits, limitOf, withinLimits } from './limit.js'
import { OpenFile } from './open-file.js'
import { nothing, onPath } from './path-call.js'
import { call } from './pending.js'
import type { ReadFileOptions } from './read-file.js'
import { statDescriptor } from './stat.js'
import type { BigIntStats, StatOptions, Stats } from './stats.js'
import {
  type TransferRange,
  toPosition,
  validateEncoding,
  validateReadRange,
  validateWriteRange,
} from './transfer-range.js'
import { type FileTime, toSeconds } from './utimes.js'
import { mostBuffers, type ReadvResult, validateBuffers, vectored, type WritevResult } from './vectored.js'
import { mostTextBytes, readToEnd, validateData, writeAll } from './whole-file.js'
import type { WriteFileData, WriteFileOptions } from './write-file.js'

/** FALLOC_FL_KEEP_SIZE */
const keepSize = 1

export interface ReadOptions<B extends NodeJS.ArrayBufferView = Buffer> extends Limits {
  /** Where the bytes go. Default: a new Buffer of 16 KiB. */
  buffer?: B | undefined
  /** Where in the buffer they start, in bytes. Default: 0. */
  offset?: number | null | undefined
  /** How many bytes at most. Default: what the buffer has room for. */
  length?: number | null | undefined
  /** Where in the file; null or -1 reads at the file's own position and moves it. Default: null. */
  position?: number | bigint | null | undefined
}

export interface ReadResult<B extends NodeJS.ArrayBufferView> {
  /** 0 at the end of the file. May be less than asked for. */
  bytesRead: number
  buffer: B
}

export interface WriteOptions extends Limits {
  /** Where in the buffer the bytes start. Default: 0. */
  offset?: number | null | undefined
  /** How many bytes. Default: the rest of the buffer. */
  length?: number | null | undefined
  /** Where in the file; null writes at the file's own position and moves it. Default: null. */
  position?: number | null | undefined
}

export interface FallocateOptions extends Limits {
  /** The file's size stays as it is. Default: false. */
  keepSize?: boolean | undefined
}

export interface WriteResult<B> {
  /** May be less than was given. */
  bytesWritten: number
  buffer: B
}

/**
 * An open file, as {@link open} gives it. Methods, results and errors are those of node:fs/promises.
 *
 * Any number of operations may be in flight. While one is, its buffer belongs to the kernel: changing it gives mixed
 * bytes, and detaching or transferring it is safe, since the memory stays until the operation has ended. Close the
 * handle, or declare it with `await using`.
 */
export class FileHandle extends OpenFile {
  /**
   * Reads into a buffer.
   *
   * @param offset where in the buffer, in bytes. Default: 0
   * @param length how many bytes at most. Default: what the buffer has room for
   * @param position where in the file; null or -1 for the file's own position. Default: null
   */
  read<B extends NodeJS.ArrayBufferView>(
    buffer: B,
    offset?: number | null,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<ReadResult<B>>
  read<B extends NodeJS.ArrayBufferView>(
    buffer: B,
    options?: Omit<ReadOptions<B>, 'buffer'>,
  ): Promise<ReadResult<B>>
  read<B extends NodeJS.ArrayBufferView = Buffer>(options?: ReadOptions<B>): Promise<ReadResult<B>>
  read(
    target?: NodeJS.ArrayBufferView | ReadOptions<NodeJS.ArrayBufferView>,
    offset?: number | null | Omit<ReadOptions, 'buffer'>,
    length?: number | null,
    position?: number | bigint | null,
  ): Promise<ReadResult<NodeJS.ArrayBufferView>> {
    if (this.fd === -1) return Promise.reject(closedError('read'))
    let range: TransferRange
    let limit: Limit | undefined
    try {
      range = validateReadRange(target, offset, length, position)
      if (typeof offset === 'object') limit = limitOf(offset)
      else if (!ArrayBuffer.isView(target)) limit = limitOf(target)
    } catch (error) {
      return Promise.reject(error)
    }
    if (range.length === 0) return Promise.resolve({ bytesRead: 0, buffer: range.view })
    return this.transfer(opcode.read, range, range.view, limit) as Promise<ReadResult<NodeJS.ArrayBufferView>>
  }

  /**
   * Writes from a buffer. Into a pipe it writes all, however long that takes, unless it is cancelled or the reader goes away.
   * Elsewhere not all may have been written, when the disk is full for instance: see `bytesWritten`.
   */
  write<B extends NodeJS.ArrayBufferView>(
    buffer: B,
    offset?: number | null | WriteOptions,
    length?: number | null,
    position?: number | null,
  ): Promise<WriteResult<B>>
  /** Writes a string. */
  write(
    text: string,
    position?: number | null,
    encoding?: BufferEncoding | null,
    limits?: Limits,
  ): Promise<WriteResult<string>>
  write(
    data: NodeJS.ArrayBufferView | string,
    offset?: number | null | WriteOptions,
    length?: number | string | null,
    position?: number | null | Limits,
  ): Promise<WriteResult<unknown>> {
    if (this.fd === -1) return Promise.reject(closedError('write'))
    let range: TransferRange
    let limit: Limit | undefined
    try {
      if (typeof offset === 'object') limit = limitOf(offset)
      if (typeof data === 'string') {
        if (typeof position === 'object') limit = limitOf(position)
        const encoding = validateEncoding(data, length)
        const at = typeof offset === 'number' ? offset : null
        range = validateWriteRange(Buffer.from(data, encoding), 0, undefined, at)
      } else if (ArrayBuffer.isView(data)) {
        range = validateWriteRange(data, offset, length, position as number | null | undefined)
      } else {
        throw new ArgumentTypeError(
          'buffer',
          'of type string or an instance of Buffer, TypedArray, or DataView',
          data,
        )
      }
    } catch (error) {
      return Promise.reject(error)
    }
    if (range.length === 0) return Promise.resolve({ bytesWritten: 0, buffer: data })
    return this.transfer(opcode.write, range, data, limit) as Promise<WriteResult<unknown>>
  }

  /** Reads into several buffers, one after the other. */
  async readv<const B extends readonly NodeJS.ArrayBufferView[]>(
    buffers: B,
    position?: number | null,
    limits?: Limits,
  ): Promise<ReadvResult<B>> {
    if (this.fd === -1) throw closedError('readv')
    validateBuffers(buffers)
    // As Node, which passes over no read into none.
    if (buffers.length === 0) throw new FileError(-constants.errno.EINVAL, 'read')
    const limit = limitOf(limits)
    const some = buffers.slice(0, mostBuffers)
    const bytesRead = await vectored(this, this.began(), true, some, toPosition(position), limit)
    return { bytesRead, buffers }
  }

  /** Writes from several buffers, one after the other. Not all of it may have been written: see `bytesWritten`. */
  async writev<const B extends readonly NodeJS.ArrayBufferView[]>(
    buffers: B,
    position?: number | null,
    limits?: Limits,
  ): Promise<WritevResult<B>> {
    if (this.fd === -1) throw closedError('writev')
    validateBuffers(buffers)
    const limit = limitOf(limits)
    let at = toPosition(position)
    let bytesWritten = 0
    for (let next = 0; next < buffers.length; next += mostBuffers) {
      const some = buffers.slice(next, next + mostBuffers)
      const written = await vectored(this, this.began(), false, some, at, limit)
      bytesWritten += written
      if (at >= 0) at += written
      if (written < some.reduce((bytes, view) => bytes + view.byteLength, 0)) break
    }
    return { bytesWritten, buffers }
  }

  /**
   * Reads many parts of the file in one submission. Resolves when all have ended, to how many bytes each came to; the first
   * that fails is what it rejects with.
   */
  async readMany(extents: readonly Extent[], limits?: Limits): Promise<number[]> {
    if (this.fd === -1) throw closedError('read')
    return await this.extents(opcode.read, validateExtents(extents, true), limitOf(limits))
  }

  /** Writes many parts of the file in one submission; otherwise like {@link readMany}. */
  async writeMany(extents: readonly Extent[], limits?: Limits): Promise<number[]> {
    if (this.fd === -1) throw closedError('write')
    return await this.extents(opcode.write, validateExtents(extents, false), limitOf(limits))
  }

  /** Reads from the file's own position to the end. */
  readFile(options?: (ReadFileOptions & { encoding?: null | undefined }) | null): Promise<Buffer>
  readFile(options: (ReadFileOptions & { encoding: BufferEncoding }) | BufferEncoding): Promise<string>
  readFile(options?: ReadFileOptions | BufferEncoding | null): Promise<string | Buffer>
  readFile(given?: ReadFileOptions | BufferEncoding | null): Promise<string | Buffer> {
    return this.held('readFile', async () => {
      const { encoding, ...limits } = toOptions<ReadFileOptions>(given)
      throwIfAborted(limits.signal)
      const most = encoding ? mostTextBytes : Number.POSITIVE_INFINITY
      const bytes = await withinLimits(limits, (signal) => readToEnd(this, signal, most))
      return encoding ? bytes.toString(encoding) : bytes
    })
  }

  /** Writes all of it at the file's own position. */
  writeFile(data: WriteFileData, given?: WriteFileOptions | BufferEncoding | null): Promise<void> {
    return this.held('writeFile', async () => {
      const options = toOptions<WriteFileOptions>(given)
      if (options.flush != null) validateBoolean(options.flush, 'options.flush')
      validateData(data)
      throwIfAborted(options.signal)
      await withinLimits(options, (signal) => writeAll(this, data, { encoding: options.encoding, signal }))
    })
  }

  /** The same as `writeFile`, as in Node: where it is written is decided by how the file was opened. */
  appendFile(data: WriteFileData, options?: WriteFileOptions | BufferEncoding | null): Promise<void> {
    return this.writeFile(data, options)
  }

  /** Attributes of the file. */
  stat(options?: StatOptions & { bigint?: false | undefined }): Promise<Stats>
  stat(options: StatOptions & { bigint: true }): Promise<BigIntStats>
  stat(options?: StatOptions): Promise<Stats | BigIntStats>
  stat(options?: StatOptions): Promise<Stats | BigIntStats> {
    return this.counted('fstat', (fd) => statDescriptor(fd, options?.bigint === true, limitOf(options)))
  }

  /** Resolves when the file's data and attributes are on the disk: fsync(2). */
  sync(limits?: Limits): Promise<void> {
    return this.#flush('fsync', opcode.fsync, limits)
  }

  /** Resolves when the file's data are on the disk: fdatasync(2). */
  datasync(limits?: Limits): Promise<void> {
    return this.#flush('fdatasync', opcode.fdatasync, limits)
  }

  #flush(syscall: string, operation: number, limits: Limits | undefined): Promise<void> {
    return this.counted(syscall, (fd) =>
      call<void>(
        { syscall, limit: limitOf(limits) },
        (id) => void submit(operation, id, fd, 0, 0, 0, 0, 0),
        () => undefined,
      ),
    )
  }

  /**
   * Cuts the file off, or fills it up with zeros.
   *
   * @param len how many bytes it has then. Default: 0
   */
  truncate(len: number | null = 0, limits?: Limits): Promise<void> {
    return this.counted('ftruncate', async (fd) => {
      validateInteger(len, 'len')
      const limit = limitOf(limits)
      await onPath(pathCall.truncate, { syscall: 'ftruncate', fd, x: Math.max(0, len), limit }, nothing)
    })
  }

  /**
   * Reserves room on the disk, so that writes there do not fail for lack of it: fallocate(2). The file grows as far as that,
   * unless `keepSize` is true.
   *
   * @param offset where the room begins, in bytes
   * @param length how many bytes
   */
  fallocate(offset: number, length: number, options?: FallocateOptions): Promise<void> {
    return this.counted('fallocate', async (fd) => {
      validateInteger(offset, 'offset', 0)
      validateInteger(length, 'length', 1)
      const flags = options?.keepSize === true ? keepSize : 0
      const called = { syscall: 'fallocate', fd, x: offset, y: length, flags, limit: limitOf(options) }
      await onPath(pathCall.fallocate, called, nothing)
    })
  }

  /** Sets the permission bits, as a number or an octal string. */
  chmod(mode: string | number, limits?: Limits): Promise<void> {
    return this.counted('fchmod', async (fd) => {
      const bits = toMode(mode, 'mode')
      const limit = limitOf(limits)
      await onPath(pathCall.chmod, { syscall: 'fchmod', fd, mode: bits, limit }, nothing)
    })
  }

  /** Sets the owner and the group; -1 leaves one as it is. */
  chown(uid: number, gid: number, limits?: Limits): Promise<void> {
    return this.counted('fchown', async (fd) => {
      validateOwner(uid, gid)
      const limit = limitOf(limits)
      await onPath(pathCall.chown, { syscall: 'fchown', fd, x: uid, y: gid, limit }, nothing)
    })
  }

  /** Sets when the file was last read and changed. */
  utimes(atime: FileTime, mtime: FileTime, limits?: Limits): Promise<void> {
    return this.counted('futimes', async (fd) => {
      const [x, y] = [toSeconds(atime, 'atime'), toSeconds(mtime, 'mtime')]
      await onPath(pathCall.utimes, { syscall: 'futime', fd, x, y, limit: limitOf(limits) }, nothing)
    })
  }

  /** The lines of the file, from its position on, for `for await`. */
  readLines(options?: ReadStreamOptions): Interface {
    return linesOf(this, options)
  }

  /** The bytes of the file, from its position on. Cancelling the stream, or its end, leaves the file open. */
  readableWebStream(): ReadableStream<Uint8Array> {
    return webStreamOf(this)
  }

  /** Node's own stream, over this handle's operations. It closes the handle at its end, unless `autoClose` is false. */
  createReadStream(options?: ReadStreamOptions): ReadStream {
    return readStreamOf(this, options)
  }

  /** Node's own stream, over this handle's operations. It closes the handle at its end, unless `autoClose` is false. */
  createWriteStream(options?: WriteStreamOptions): WriteStream {
    return writeStreamOf(this, options)
  }
}
