import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { pathCall, pathFlag } from '../bridge/layout.js'
import { addon } from '../native.js'
import { direntOf } from './dirent.js'
import { type Limits, limitOf } from './limit.js'
import { enters, entryAt } from './listing.js'
import { type NameEncoding, type NameOptions, nameOf, toNameOptions } from './name-encoding.js'
import { type Path, toPath } from './path.js'
import { onPath } from './path-call.js'

export interface ReaddirOptions extends NameOptions, Limits {
  /** Gives Dirents, which know what kind of file each is. Default: false. */
  withFileTypes?: boolean | undefined
  /** Lists the folders inside too; their entries are named by their path from the first. Default: false. */
  recursive?: boolean | undefined
}

type Plain = Limits & { withFileTypes?: false | undefined; recursive?: boolean | undefined }
type Typed = Limits & { withFileTypes: true; recursive?: boolean | undefined }
type Text = { encoding?: BufferEncoding | null | undefined }

/** The names in a folder, in the order of their bytes. Like `readdir` of node:fs/promises. */
export function readdir(path: Path, options?: (Text & Plain) | BufferEncoding | null): Promise<string[]>
export function readdir(path: Path, options: ({ encoding: 'buffer' } & Plain) | 'buffer'): Promise<Buffer[]>
export function readdir(
  path: Path,
  options?: (NameOptions & Plain) | NameEncoding | null,
): Promise<string[] | Buffer[]>
export function readdir(path: Path, options: Text & Typed): Promise<Dirent[]>
export function readdir(path: Path, options: { encoding: 'buffer' } & Typed): Promise<Dirent<Buffer>[]>
export async function readdir(
  path: Path,
  given?: ReaddirOptions | NameEncoding | null,
): Promise<string[] | Buffer[] | Dirent[] | Dirent<Buffer>[]> {
  const options = toNameOptions<ReaddirOptions>(given)
  const { withFileTypes, recursive } = options
  const name = toPath(path)
  const flags = (recursive ? pathFlag.recursive : 0) | (withFileTypes ? pathFlag.withTypes : 0)
  return await onPath(
    pathCall.readdir,
    { syscall: 'scandir', path: name, flags, limit: limitOf(options) },
    (id) => {
      const listing = addon.takeBytes(id)
      const entries = withFileTypes ? new TypedEntries(name, options) : new NamedEntries(options)
      readListing(listing, entries)
      return entries.result as string[]
    },
  )
}

/** What is made of a listing, entry by entry. */
interface Entries {
  readonly result: unknown[]
  /** What follows is in this folder, named by its path from the first. */
  enter(folder: Buffer): void
  add(kind: number, name: Buffer): void
}

const slash = 47

function readListing(listing: Buffer, entries: Entries): void {
  for (let at = 0; at < listing.length; ) {
    const { kind, name, next } = entryAt(listing, at)
    if (kind === enters) entries.enter(name)
    else entries.add(kind, name)
    at = next
  }
}

class NamedEntries implements Entries {
  readonly result: (string | Buffer)[] = []
  readonly #options: NameOptions
  #folder: Buffer | undefined

  constructor(options: NameOptions) {
    this.#options = options
  }

  enter(folder: Buffer): void {
    this.#folder = Buffer.concat([folder, Buffer.of(slash)])
  }

  add(_kind: number, name: Buffer): void {
    const whole = this.#folder === undefined ? name : Buffer.concat([this.#folder, name])
    this.result.push(nameOf(whole, this.#options))
  }
}

class TypedEntries implements Entries {
  readonly result: Dirent<string | Buffer>[] = []
  readonly #options: NameOptions
  readonly #first: string | Buffer
  #folder: string | Buffer

  constructor(first: string | Buffer, options: NameOptions) {
    this.#first = first
    this.#folder = first
    this.#options = options
  }

  enter(folder: Buffer): void {
    const first = this.#first
    this.#folder =
      typeof first === 'string'
        ? join(first, folder.toString())
        : Buffer.concat([first, Buffer.of(slash), folder])
  }

  add(kind: number, name: Buffer): void {
    this.result.push(direntOf(nameOf(name, this.#options), kind, this.#folder) as Dirent<string | Buffer>)
  }
}
