import type { Dirent } from 'node:fs'
import { ArgumentError } from '../argument-errors.js'
import type { FolderWalk } from './folder-walk.js'
import { type Limits, limitOf } from './limit.js'

/**
 * An open folder, as {@link opendir} gives it. Going through it with `for await` closes it; otherwise close it, or declare it
 * with `await using`.
 */
export class Dir implements AsyncDisposable {
  /** The path that was given. */
  readonly path: string
  #walk: FolderWalk | undefined
  /** What was asked for last, and waits for what was asked for before. */
  #last: Promise<unknown> | undefined

  /** @internal */
  constructor(path: string | Buffer, walk: FolderWalk) {
    this.path = path as string
    this.#walk = walk
  }

  /**
   * The next entry; null after the last. Calls are answered in their order. Rejects with `ERR_DIR_CLOSED` when it is closed, and
   * with a {@link FileError} when the system fails. With limits, a call that ends early loses no entry.
   */
  async read(limits?: Limits): Promise<Dirent | null> {
    const walk = this.#opened()
    const limit = limitOf(limits)
    if (this.#last === undefined && walk.ready) return walk.take()
    return await this.#inTurn(() => {
      if (limit?.passed) throw limit.error()
      return walk.next(limit)
    })
  }

  /** Closes it, when the reads before have ended. Rejects with `ERR_DIR_CLOSED` when it is closed already. */
  async close(): Promise<void> {
    const walk = this.#opened()
    this.#walk = undefined
    await this.#inTurn(() => walk.close())
  }

  #opened(): FolderWalk {
    if (this.#walk === undefined) throw new ArgumentError('ERR_DIR_CLOSED', 'Directory handle was closed')
    return this.#walk
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last
    const turn = (async () => {
      await before
      return await work()
    })()
    const ended = turn.then(nothing, nothing)
    this.#last = ended
    try {
      return await turn
    } finally {
      if (this.#last === ended) this.#last = undefined
    }
  }

  /** The entries that are left. The folder is closed at the end, and when a loop is left early. */
  async *entries(): AsyncGenerator<Dirent, void, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Dirent, void, undefined> {
    return this.entries()
  }

  /** Closes it unless it is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#walk !== undefined) await this.close()
  }
}

function nothing(): void {}
