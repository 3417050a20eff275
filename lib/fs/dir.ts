import type { Dirent } from 'node:fs'
import { ArgumentError } from '../argument-errors.js'
import type { NameOptions } from './name-encoding.js'
import { entriesOf } from './readdir.js'

/** A folder, as {@link opendir} gives it. Going through it with `for await` closes it. */
export class Dir implements AsyncDisposable {
  /** The path that was given. */
  readonly path: string
  #entries: Iterator<Dirent> | undefined

  /** @internal @param listing as native/io/list_folder.hpp says it */
  constructor(path: string | Buffer, listing: Buffer, options: NameOptions) {
    this.path = path as string
    this.#entries = entriesOf(path, listing, options)
  }

  /** The next entry; null after the last. Rejects with `ERR_DIR_CLOSED` when it is closed. */
  async read(): Promise<Dirent | null> {
    const { value, done } = this.#open().next()
    return done ? null : value
  }

  /** Closes it. Rejects with `ERR_DIR_CLOSED` when it is closed already. */
  async close(): Promise<void> {
    this.#open()
    this.#entries = undefined
  }

  #open(): Iterator<Dirent> {
    if (this.#entries === undefined) throw new ArgumentError('ERR_DIR_CLOSED', 'Directory handle was closed')
    return this.#entries
  }

  /** The entries that are left. The folder is closed at the end, and when a loop is left early. */
  async *entries(): AsyncGenerator<Dirent, void, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry
    } finally {
      this.#entries = undefined
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Dirent, void, undefined> {
    return this.entries()
  }

  /** Closes it unless it is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#entries = undefined
  }
}
