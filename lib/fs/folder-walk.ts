import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { direntOf } from './dirent.js'
import { FileError } from './file-error.js'
import type { Limit } from './limit.js'
import { entryAt, folderKind } from './listing.js'
import { type NameOptions, nameOf } from './name-encoding.js'
import { type OpenFolder, openFolder } from './open-folder.js'

export interface WalkOptions extends NameOptions {
  /** Whether it goes through the folders inside too. */
  readonly recursive: boolean
  /** How many bytes of entries are read at once; see native/io/read_folder.hpp. */
  readonly batchBytes: number
}

/** A folder that is gone through: the bytes of its path, and how its entries tell it. */
interface Place {
  readonly path: string | Buffer
  readonly shown: string | Buffer
}

const slash = Buffer.from('/')

/** Goes through a folder entry by entry, and then through those that it met, one open at a time. */
export class FolderWalk {
  readonly #options: WalkOptions
  readonly #ahead: Place[] = []
  #place: Place
  #open: OpenFolder | undefined
  #batch: Buffer = Buffer.alloc(0)
  #at = 0

  /** Takes over the open folder. */
  constructor(path: string | Buffer, open: OpenFolder, options: WalkOptions) {
    this.#place = { path, shown: path }
    this.#open = open
    this.#options = options
  }

  /** Whether the next entry is there without a wait. */
  get ready(): boolean {
    return this.#at < this.#batch.length
  }

  /** Null after the last. When it rejects it can be called again: a folder that can't be opened is then passed over, no other is. */
  async next(limit: Limit | undefined): Promise<Dirent | null> {
    while (!this.ready) {
      const more = await this.#refill(limit)
      if (!more) return null
    }
    return this.take()
  }

  /** Precondition: `ready`. */
  take(): Dirent {
    const { kind, name, next } = entryAt(this.#batch, this.#at)
    this.#at = next
    if (kind === folderKind && this.#options.recursive) this.#ahead.push(this.#inside(name))
    return direntOf(nameOf(name, this.#options), kind, this.#place.shown) as unknown as Dirent
  }

  /** False: there is nothing left. */
  async #refill(limit: Limit | undefined): Promise<boolean> {
    if (this.#open === undefined && !(await this.#enter(limit))) return false
    this.#batch = (await this.#open?.entries(this.#options.batchBytes, limit)) as Buffer
    this.#at = 0
    if (this.#batch.length === 0) await this.close()
    return true
  }

  async #enter(limit: Limit | undefined): Promise<boolean> {
    const place = this.#ahead.at(-1)
    if (place === undefined) return false
    try {
      this.#open = await openFolder(place.path, limit)
    } catch (error) {
      // One that can't be opened is passed over by the next call; one that was not waited for is not.
      if (error instanceof FileError) this.#ahead.pop()
      throw error
    }
    this.#ahead.pop()
    this.#place = place
    return true
  }

  #inside(name: Buffer): Place {
    const { path, shown } = this.#place
    return {
      path: Buffer.concat([Buffer.from(path as string), slash, name]),
      shown: typeof shown === 'string' ? join(shown, name.toString()) : Buffer.concat([shown, slash, name]),
    }
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.close()
  }
}
