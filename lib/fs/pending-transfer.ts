import type { Pending } from '../bridge/bridge.js'
import { FileError } from './file-error.js'
import type { LimitWatch } from './limit.js'

export const ended = Symbol('ended')

/** Who is told that a transfer has ended. */
export interface TransferOwner {
  [ended](): void
}

/** The hottest path of the package: one object a read, no closures. */
export class PendingTransfer implements Pending {
  readonly owner: TransferOwner
  readonly reads: boolean
  /** Kept until the end, and so is its memory. */
  readonly view: unknown
  readonly given: unknown
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
  watch: LimitWatch | undefined

  /** @param given what the result's `buffer` is */
  constructor(
    owner: TransferOwner,
    reads: boolean,
    view: unknown,
    given: unknown,
    resolve: (result: never) => void,
    reject: (error: Error) => void,
  ) {
    this.owner = owner
    this.reads = reads
    this.view = view
    this.given = given
    this.resolve = resolve
    this.reject = reject
  }

  settle(status: number, value: number): void {
    this.owner[ended]()
    const early = this.watch?.release(status)
    if (early !== undefined) this.reject(early)
    else if (status !== 0) this.reject(new FileError(status, this.reads ? 'read' : 'write'))
    else this.resolve(this.result(value) as never)
  }

  protected result(bytes: number): unknown {
    return transferred(this.reads, bytes, this.given)
  }
}

/** What a transfer resolves to. */
export function transferred(reads: boolean, bytes: number, given: unknown): unknown {
  return reads ? { bytesRead: bytes, buffer: given } : { bytesWritten: bytes, buffer: given }
}
