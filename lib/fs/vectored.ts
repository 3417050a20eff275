import { ArgumentTypeError } from '../argument-errors.js'
import { expect } from '../bridge/bridge.js'
import { placeOf } from '../bridge/memory.js'
import { addon } from '../native.js'
import type { Limit } from './limit.js'
import { PendingTransfer, type TransferOwner } from './pending-transfer.js'

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
  // Not with every(), which passes over holes.
  const valid = Array.isArray(buffers) && !Array.from(buffers).some((buffer) => !ArrayBuffer.isView(buffer))
  if (!valid) {
    throw new ArgumentTypeError('buffers', 'an ArrayBufferView[]', buffers)
  }
}

class PendingVector extends PendingTransfer {
  protected override result(bytes: number): number {
    return bytes
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
    const pending = new PendingVector(owner, reads, buffers, buffers, resolve, reject)
    const id = expect(pending)
    addon.vectored(id, fd, reads, position, parts)
    if (limit !== undefined) pending.watch = limit.watch(id)
  })
}
