import { ArgumentTypeError } from '../argument-errors.js'
import { expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { placeOf } from '../bridge/memory.js'
import { validateInteger, validateObject } from '../validate.js'
import { FileError } from './file-error.js'
import type { Limit, LimitWatch } from './limit.js'
import { ended, type TransferOwner } from './pending-transfer.js'
import { type TransferRange, validateReadRange, validateWriteRange } from './transfer-range.js'

/** A part of a file, and the part of a buffer that it is read into or written from. */
export interface Extent {
  buffer: NodeJS.ArrayBufferView
  /** Where in the file. */
  position: number
  /** Where in the buffer the bytes are. Default: 0. */
  offset?: number | undefined
  /** How many bytes. Default: the rest of the buffer. */
  length?: number | undefined
}

/** All of them, before anything begins. */
export function validateExtents(extents: readonly Extent[], reads: boolean): TransferRange[] {
  if (!Array.isArray(extents)) throw new ArgumentTypeError('extents', 'an instance of Array', extents)
  return extents.map((extent: Extent, i) => {
    validateObject(extent, `extents[${i}]`)
    const { buffer, offset, length, position } = extent
    validateInteger(position, `extents[${i}].position`, 0)
    if (!ArrayBuffer.isView(buffer)) {
      throw new ArgumentTypeError(
        `extents[${i}].buffer`,
        'an instance of Buffer, TypedArray, or DataView',
        buffer,
      )
    }
    return reads
      ? validateReadRange(buffer, offset, length, position)
      : validateWriteRange(buffer, offset, length, position)
  })
}

/** They end together: only when the last has let go of its memory. The first error is the one that is told. */
class Together {
  readonly counts: number[]
  readonly reads: boolean
  readonly #owner: TransferOwner
  readonly #resolve: (counts: number[]) => void
  readonly #reject: (error: Error) => void
  #left: number
  #error: Error | undefined

  constructor(
    owner: TransferOwner,
    count: number,
    reads: boolean,
    resolve: (counts: number[]) => void,
    reject: (error: Error) => void,
  ) {
    this.#owner = owner
    this.counts = new Array<number>(count).fill(0)
    this.reads = reads
    this.#left = count
    this.#resolve = resolve
    this.#reject = reject
  }

  ended(error: Error | undefined): void {
    this.#error ??= error
    if (--this.#left > 0) return
    this.#owner[ended]()
    if (this.#error === undefined) this.#resolve(this.counts)
    else this.#reject(this.#error)
  }
}

class PendingExtent implements Pending {
  readonly together: Together
  readonly index: number
  /** Kept until the end, and so is its memory. */
  readonly view: NodeJS.ArrayBufferView
  watch: LimitWatch | undefined

  constructor(together: Together, index: number, view: NodeJS.ArrayBufferView) {
    this.together = together
    this.index = index
    this.view = view
  }

  settle(status: number, value: number): void {
    const { together } = this
    const early = this.watch?.release(status)
    if (status === 0) together.counts[this.index] = value
    together.ended(
      status === 0 ? undefined : (early ?? new FileError(status, together.reads ? 'read' : 'write')),
    )
  }
}

/** A transfer for each range, of one submission. `owner` has counted one transfer. */
export function transferExtents(
  owner: TransferOwner,
  operation: number,
  fd: number,
  readFlags: number,
  ranges: readonly TransferRange[],
  limit: Limit | undefined,
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    // One more, so that none of them is the last before all have begun.
    const together = new Together(owner, ranges.length + 1, operation === opcode.read, resolve, reject)
    together.counts.length = ranges.length
    ranges.forEach(({ view, offset, position, length }, index) => {
      if (length === 0) {
        together.ended(undefined)
        return
      }
      const { memory, byteOffset } = placeOf(view)
      const pending = new PendingExtent(together, index, view)
      const id = expect(pending)
      submit(operation, id, fd, memory, readFlags, byteOffset + offset, position, length)
      if (limit !== undefined) pending.watch = limit.watch(id)
    })
    together.ended(undefined)
  })
}
