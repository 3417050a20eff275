import { fileURLToPath } from 'node:url'
import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'

/** A path as Node takes it: a string, the bytes of one, or a `file:` URL. */
export type Path = string | Buffer | URL

/** The path as the system takes it. Throws what Node would: for other types, foreign URLs and embedded NULs. */
export function toPath(path: Path, name = 'path'): string | Buffer {
  const plain = path instanceof URL ? fileURLToPath(path) : path
  if (typeof plain === 'string') {
    if (plain.includes('\u0000')) throw nulError(name, plain)
    return plain
  }
  if (plain instanceof Uint8Array) {
    const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
    if (bytes.includes(0)) throw nulError(name, plain)
    return bytes
  }
  throw new ArgumentTypeError(name, 'of type string or an instance of Buffer or URL', path)
}

function nulError(name: string, path: unknown): ArgumentValueError {
  return new ArgumentValueError(name, path, 'must be a string, Uint8Array, or URL without null bytes')
}
