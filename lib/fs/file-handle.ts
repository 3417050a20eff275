import { constants } from 'node:fs'
import { ArgumentTypeError } from '../argument-errors.js'
import { expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode, tryPageCache } from '../bridge/layout.js'
import { placeOf } from '../bridge/memory.js'
import { closedError, FileError } from './file-error.js'
import { call } from './pending.js'
import { statDescriptor } from './stat.js'
import type { BigIntStats, StatOptions, Stats } from './stats.js'
import {
  type TransferRange,
  validateEncoding,
  validateReadRange,
  validateWriteRange,
} from './transfer-range.js'

export interface ReadOptions<B extends NodeJS.ArrayBufferView = Buffer> {
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

export interface WriteOptions {
  /** Where in the buffer the bytes start. Default: 0. */
  offset?: number | null | undefined
  /** How many bytes. Default: the rest of the buffer. */
  length?: number | null | undefined
  /** Where in the file; null writes at the file's own position and moves it. Default: null. */
  position?: number | null | undefined
}

export interface WriteResult<B> {
  /** May be less than was given. */
  bytesWritten: number
  buffer: B
}

/** The hottest path of the package: one object a read, no closures. */
class PendingTransfer implements Pending {
  readonly handle: FileHandle
  readonly reads: boolean
  readonly view: NodeJS.ArrayBufferView
  readonly given: unknown
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void

  constructor(
    handle: FileHandle,
    reads: boolean,
    view: NodeJS.ArrayBufferView,
    given: unknown,
    resolve: (result: never) => void,
    reject: (error: Error) => void,
  ) {
    this.handle = handle
    this.reads = reads
    this.view = view
    this.given = given
    this.resolve = resolve
    this.reject = reject
  }

  settle(status: number, value: number): void {
    this.handle[ended]()
    if (status !== 0) this.reject(new FileError(status, this.reads ? 'read' : 'write'))
    else if (this.reads) this.resolve({ bytesRead: value, buffer: this.given } as never)
    else this.resolve({ bytesWritten: value, buffer: this.given } as never)
  }
}

const ended = Symbol('ended')

/** Closes the descriptors of handles that were dropped open. */
const dropped = new FinalizationRegistry<number>((fd) => {
  process.emitWarning(
    `Closing file descriptor ${fd} on garbage collection. Close FileHandles before dropping them.`,
  )
  void call(
    { syscall: 'close' },
    (id) => void submit(opcode.close, id, fd, 0, 0, 0, 0, 0),
    () => undefined,
  ).catch(() => undefined)
})

/**
 * An open file, as {@link open} gives it. Methods, results and errors are those of node:fs/promises.
 *
 * Any number of operations may be in flight. While one is, its buffer belongs to the kernel: changing it gives mixed
 * bytes, and detaching or transferring it is safe, since the memory stays until the operation has ended. Close the
 * handle, or declare it with `await using`.
 */
export class FileHandle implements AsyncDisposable {
  #fd: number
  readonly #readFlags: number
  #inFlight = 0
  #whenIdle: (() => void) | undefined
  #closing: Promise<void> | undefined

  /** Takes over the descriptor. `flags` are those it was opened with. */
  constructor(fd: number, flags: number) {
    this.#fd = fd
    this.#readFlags = (flags & constants.O_DIRECT) === 0 ? tryPageCache : 0
    dropped.register(this, fd, this)
  }

  /** The descriptor, or -1 once the handle is closed. */
  get fd(): number {
    return this.#fd
  }

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
    if (this.#fd === -1) return Promise.reject(closedError('read'))
    let range: TransferRange
    try {
      range = validateReadRange(target, offset, length, position)
    } catch (error) {
      return Promise.reject(error)
    }
    if (range.length === 0) return Promise.resolve({ bytesRead: 0, buffer: range.view })
    return this.#transfer(opcode.read, range, range.view) as Promise<ReadResult<NodeJS.ArrayBufferView>>
  }

  /** Writes from a buffer. Not all of it may have been written: see `bytesWritten`. */
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
  ): Promise<WriteResult<string>>
  write(
    data: NodeJS.ArrayBufferView | string,
    offset?: number | null | WriteOptions,
    length?: number | string | null,
    position?: number | null,
  ): Promise<WriteResult<unknown>> {
    if (this.#fd === -1) return Promise.reject(closedError('write'))
    let range: TransferRange
    try {
      if (typeof data === 'string') {
        const encoding = validateEncoding(data, length)
        const at = typeof offset === 'number' ? offset : null
        range = validateWriteRange(Buffer.from(data, encoding), 0, undefined, at)
      } else if (ArrayBuffer.isView(data)) {
        range = validateWriteRange(data, offset, length, position)
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
    return this.#transfer(opcode.write, range, data) as Promise<WriteResult<unknown>>
  }

  #transfer(operation: number, range: TransferRange, given: unknown): Promise<unknown> {
    const { view } = range
    const { memory, byteOffset } = placeOf(view)
    return new Promise((resolve, reject) => {
      const pending = new PendingTransfer(this, operation === opcode.read, view, given, resolve, reject)
      this.#inFlight++
      submit(
        operation,
        expect(pending),
        this.#fd,
        memory,
        this.#readFlags,
        byteOffset + range.offset,
        range.position,
        range.length,
      )
    })
  }

  /** Attributes of the file. */
  stat(options?: StatOptions & { bigint?: false | undefined }): Promise<Stats>
  stat(options: StatOptions & { bigint: true }): Promise<BigIntStats>
  stat(options?: StatOptions): Promise<Stats | BigIntStats> {
    if (this.#fd === -1) return Promise.reject(closedError('fstat'))
    return this.#counted(statDescriptor(this.#fd, options?.bigint === true))
  }

  /** Resolves when the file's data and attributes are on the disk: fsync(2). */
  sync(): Promise<void> {
    return this.#flush('fsync', opcode.fsync)
  }

  /** Resolves when the file's data are on the disk: fdatasync(2). */
  datasync(): Promise<void> {
    return this.#flush('fdatasync', opcode.fdatasync)
  }

  #flush(syscall: string, operation: number): Promise<void> {
    if (this.#fd === -1) return Promise.reject(closedError(syscall))
    const fd = this.#fd
    const flushed = call<void>(
      { syscall },
      (id) => void submit(operation, id, fd, 0, 0, 0, 0, 0),
      () => undefined,
    )
    return this.#counted(flushed)
  }

  async #counted<T>(operation: Promise<T>): Promise<T> {
    this.#inFlight++
    try {
      return await operation
    } finally {
      this[ended]()
    }
  }

  /** @internal An operation has ended. */
  [ended](): void {
    if (--this.#inFlight === 0 && this.#whenIdle !== undefined) this.#whenIdle()
  }

  /**
   * Closes the file. New operations fail from the call on; those in flight on a regular file are waited for, those that
   * wait for a pipe, a terminal or a device to have something are cancelled (they reject with `ECANCELED`). Closing
   * twice gives the same Promise.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      if (this.#fd === -1) return Promise.resolve()
      const fd = this.#fd
      this.#fd = -1
      dropped.unregister(this)
      this.#closing = this.#close(fd)
    }
    return this.#closing
  }

  async #close(fd: number): Promise<void> {
    if (this.#inFlight > 0) {
      const type = await statDescriptor(fd, false)
      const alwaysEnds = type.isFile() || type.isDirectory() || type.isBlockDevice()
      if (alwaysEnds && this.#inFlight > 0) {
        await new Promise<void>((resolve) => {
          this.#whenIdle = resolve
        })
      }
    }
    await call<void>(
      { syscall: 'close' },
      (id) => void submit(opcode.close, id, fd, 0, 0, 0, 0, 0),
      () => undefined,
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
