import { createReadStream, createWriteStream, type ReadStream, type WriteStream } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { HeddleError } from '../errors.js'
import type { FileHandle } from './file-handle.js'

export interface ReadStreamOptions {
  /** Gives strings in this encoding. Default: null, which gives Buffers. */
  encoding?: BufferEncoding | null | undefined
  /** Closes the handle at the end or after an error. Default: true. */
  autoClose?: boolean | undefined
  /** Emits `'close'` when it is destroyed. Default: true. */
  emitClose?: boolean | undefined
  /** Where in the file to start. Default: the file's own position. */
  start?: number | undefined
  /** The last byte to read. Default: the end of the file. */
  end?: number | undefined
  /** How many bytes are read at once. Default: 64 KiB. */
  highWaterMark?: number | undefined
  signal?: AbortSignal | undefined
}

export interface WriteStreamOptions {
  /** Of strings. Default: `'utf8'`. */
  encoding?: BufferEncoding | null | undefined
  /** Closes the handle at the end or after an error. Default: true. */
  autoClose?: boolean | undefined
  /** Emits `'close'` when it is destroyed. Default: true. */
  emitClose?: boolean | undefined
  /** Where in the file to start. Default: the file's own position. */
  start?: number | undefined
  /** How many bytes it takes before `write` says to wait. Default: 16 KiB. */
  highWaterMark?: number | undefined
  /** Whether the data are on the disk before the handle is closed. Default: false. */
  flush?: boolean | undefined
  signal?: AbortSignal | undefined
}

/** Node's streams count on from a position that they may not have. */
function positionOf(position: number | undefined): number | undefined {
  return Number.isNaN(position) ? undefined : position
}

type Done = (error: Error | null, ...results: unknown[]) => void

/** What Node's file streams call, over the operations of a handle. `fs` is an option of theirs. */
function operationsOf(handle: FileHandle) {
  return {
    open(_path: unknown, _flags: unknown, _mode: unknown, done: Done): void {
      done(null, handle.fd)
    },
    read(_fd: number, buffer: Buffer, offset: number, length: number, position: number, done: Done): void {
      handle
        .read(buffer, offset, length, position)
        .then(({ bytesRead }) => done(null, bytesRead, buffer), done)
    },
    write(_fd: number, buffer: Buffer, offset: number, length: number, position: number, done: Done): void {
      handle
        .write(buffer, offset, length, positionOf(position))
        .then(({ bytesWritten }) => done(null, bytesWritten, buffer), done)
    },
    writev(_fd: number, buffers: Buffer[], position: number, done: Done): void {
      handle
        .writev(buffers, positionOf(position))
        .then(({ bytesWritten }) => done(null, bytesWritten, buffers), done)
    },
    fsync(_fd: number, done: Done): void {
      handle.sync().then(() => done(null), done)
    },
    close(_fd: number, done: Done): void {
      handle.close().then(() => done(null), done)
    },
  }
}

/** As Node's: the file is found by `fd`, and has no path. */
const noPath = undefined as unknown as string

export function readStreamOf(handle: FileHandle, options: ReadStreamOptions | undefined): ReadStream {
  const fs = operationsOf(handle)
  const stream = createReadStream(noPath, { ...options, fd: handle.fd, fs } as object)
  handle.once('close', () => stream.close())
  return stream
}

export function writeStreamOf(handle: FileHandle, options: WriteStreamOptions | undefined): WriteStream {
  const fs = operationsOf(handle)
  const stream = createWriteStream(noPath, { ...options, fd: handle.fd, fs } as object)
  handle.once('close', () => stream.close())
  return stream
}

export function linesOf(handle: FileHandle, options: ReadStreamOptions | undefined): Interface {
  return createInterface({ input: readStreamOf(handle, options), crlfDelay: Number.POSITIVE_INFINITY })
}

const locked = new WeakSet<FileHandle>()
const webChunkBytes = 64 << 10

/** What Node says of a handle that gives no stream (any more). */
function stateError(what: string): HeddleError {
  return new HeddleError('ERR_INVALID_STATE', `Invalid state: The FileHandle is ${what}`)
}

export function webStreamOf(handle: FileHandle): ReadableStream<Uint8Array> {
  if (handle.fd === -1) throw stateError('closed')
  if (locked.has(handle)) throw stateError('locked')
  locked.add(handle)
  const closed = new AbortController()
  handle.once('close', () => closed.abort())
  return new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: webChunkBytes,
    async pull(controller) {
      const view = controller.byobRequest?.view as Uint8Array
      const bytesRead = closed.signal.aborted ? 0 : (await handle.read(view)).bytesRead
      if (bytesRead === 0) controller.close()
      controller.byobRequest?.respond(bytesRead)
    },
  })
}
