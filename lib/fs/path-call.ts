import { expect, type Pending } from '../bridge/bridge.js'
import { addon } from '../native.js'
import { FileError, FolderError } from './file-error.js'
import type { LimitWatch } from './limit.js'
import type { Called } from './pending.js'

/** What a call on paths is given; what each means is said at its number in native/io/path_call.hpp. */
export interface PathArguments extends Called {
  readonly fd?: number
  readonly flags?: number
  readonly mode?: number
  readonly x?: number
  readonly y?: number
}

/** A call that makes many tells which of them failed, and where. */
function errorOf(given: PathArguments, status: number, detailed: boolean, id: number): Error {
  const { syscall, path, dest } = given
  if (!detailed) return new FileError(status, syscall, path, dest)
  const bytes = addon.takeBytes(id)
  const end = bytes.indexOf(0)
  if (end < 0) return new FileError(status, bytes.toString('latin1'))
  const failed = bytes.toString('latin1', 0, end)
  if (failed === 'rm') return new FolderError(bytes.toString('utf8', end + 1))
  return new FileError(status, failed, bytes.subarray(end + 1))
}

class PendingPathCall<T> implements Pending {
  readonly given: PathArguments
  readonly resultOf: (id: number) => T
  readonly resolve: (result: T) => void
  readonly reject: (error: Error) => void
  watch: LimitWatch | undefined

  constructor(
    given: PathArguments,
    resultOf: (id: number) => T,
    resolve: (result: T) => void,
    reject: (error: Error) => void,
  ) {
    this.given = given
    this.resultOf = resultOf
    this.resolve = resolve
    this.reject = reject
  }

  settle(status: number, value: number, id: number): void {
    const early = this.watch?.release(status)
    if (early !== undefined) this.reject(early)
    else if (status === 0) this.resolve(this.resultOf(id))
    else this.reject(errorOf(this.given, status, value === 1, id))
  }
}

/**
 * A Promise for one call on paths.
 *
 * @param number which call: one of `pathCall`
 * @param resultOf makes the result; bytes that belong to it are taken from the addon there
 */
export async function onPath<T>(
  number: number,
  given: PathArguments,
  resultOf: (id: number) => T,
): Promise<T> {
  const { path = '', dest = '', fd = -1, flags = 0, mode = 0, x = 0, y = 0 } = given
  try {
    return await new Promise<T>((resolve, reject) => {
      const pending = new PendingPathCall(given, resultOf, resolve, reject)
      const id = expect(pending)
      addon.pathCall(id, number, path, dest, fd, flags, mode, x, y)
      if (given.limit !== undefined) pending.watch = given.limit.watch(id)
    })
  } catch (error) {
    if (error instanceof Error) Error.captureStackTrace(error, onPath)
    throw error
  }
}

/** The result of a call that only succeeds or fails. */
export function nothing(): void {}
