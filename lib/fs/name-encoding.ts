import { toOptions } from './file-options.js'
import type { Limits } from './limit.js'

/** What names and paths are given as: strings of an encoding, or their bytes. */
export type NameEncoding = BufferEncoding | 'buffer'

export interface NameOptions extends Limits {
  /** Default: `'utf8'`, which can't hold names that are not; `'buffer'` gives the bytes. */
  encoding?: NameEncoding | null | undefined
}

/** Options with which names are strings. */
export interface TextOptions extends Limits {
  /** Default: `'utf8'`. */
  encoding?: BufferEncoding | null | undefined
}

/** Options with which names are bytes. */
export interface BytesOptions extends Limits {
  encoding: 'buffer'
}

/** Options that may be given as an encoding alone, as Node allows. */
export function toNameOptions<T extends NameOptions>(options: T | NameEncoding | null | undefined): T {
  if (options === 'buffer') return { encoding: 'buffer' } as T
  if (typeof options === 'object' && options?.encoding === 'buffer') return options
  return toOptions(options as BufferEncoding | null | undefined) as unknown as T
}

/** A name as it was asked for. */
export function nameOf(bytes: Buffer, { encoding }: NameOptions): string | Buffer {
  return encoding === 'buffer' ? bytes : bytes.toString(encoding || 'utf8')
}
