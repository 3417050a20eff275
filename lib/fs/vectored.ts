import { ArgumentTypeError } from '../argument-errors.js'
import { expect, type Pending } from '../bridge/bridge.js'
import { placeOf } from '../bridge/memory.js'
import { addon } from '../native.js'
import { FileError } from './file-error.js'
import type { Limit, LimitWatch } from './limit.js'
import { ended, type TransferOwner } from './pending-transfer.js'

/** The most that one system call takes: IOV_MAX. */
export const mostBuffers = 1024

export interface ReadvResult<B extends readonly NodeJS.ArrayBufferView[]> {
  /** 0 at the end of the file. May be less than there is room for. */
  bytesRead: number
  buffers: B
}

export interface WritevResult<B extends readonly NodeJS.ArrayBufferView[]> {
  /** May be less than was given. */
  bytesWritten: number
  buffers: B
}

/** Throws what Node would. */
export function validateBuffers(buffers: unknown): asserts buffers is readonly NodeJS.ArrayBufferView[] {
  if (!Array.isArray(buffers) || !buffers.every((buffer) => ArrayBuffer.isView(buffer))) {
    throw new ArgumentTypeError('buffers', 'an ArrayBufferView[]', buffers)
  }
}

class PendingVector implements Pending {
  readonly owner: TransferOwner
  readonly reads: boolean
  readonly buffers: readonly NodeJS.ArrayBufferView[]
  readonly resolve: (bytes: number) => void
  readonly reject: (error: Error) => void
  watch: LimitWatch | undefined

  constructor(
    owner: TransferOwner,
    reads: boolean,
    buffers: readonly NodeJS.ArrayBufferView[],
    resolve: (bytes: number) => void,
    reject: (error: Error) => void,
  ) {
    this.owner = owner
    this.reads = reads
    this.buffers = buffers
    this.resolve = resolve
    this.reject = reject
  }

  settle(status: number, value: number): void {
    this.owner[ended]()
    const early = this.watch?.release(status)
    if (early !== undefined) this.reject(early)
    else if (status !== 0) this.reject(new FileError(status, this.reads ? 'read' : 'write'))
    else this.resolve(value)
  }
}

/**
 * One readv or writev, of up to `mostBuffers` buffers; resolves to the bytes that were moved.
 *
 * @param position -1: the file's own
 */
export function vectored(
  owner: TransferOwner,
  fd: number,
  reads: boolean,
  buffers: readonly NodeJS.ArrayBufferView[],
  position: number,
  limit: Limit | undefined,
): Promise<number> {
  const parts = new Float64Array(buffers.length * 3)
  buffers.forEach((view, i) => {
    if (view.byteLength === 0) return
    const { memory, byteOffset } = placeOf(view)
    parts.set([memory, byteOffset, view.byteLength], i * 3)
  })
  return new Promise((resolve, reject) => {
    const pending = new PendingVector(owner, reads, buffers, resolve, reject)
    const id = expect(pending)
    addon.vectored(id, fd, reads, position, parts)
    if (limit !== undefined) pending.watch = limit.watch(id)
  })
}
