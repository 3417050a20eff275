import { getSystemErrorMap } from 'node:util'
import { HeddleError } from '../errors.js'

const names = getSystemErrorMap()

/**
 * A failed system call on a file. Fields and message are those of Node's own errors, such as
 * `ENOENT: no such file or directory, open 'missing.txt'`.
 */
export class FileError extends Error {
  /** The name of the error number, such as `ENOENT`. */
  readonly code: string
  /** The negative error number. */
  readonly errno: number
  /** The system call, as Node names it. */
  readonly syscall: string
  declare readonly path?: string
  /** The second path, of calls that take two. */
  declare readonly dest?: string

  constructor(
    errno: number,
    syscall: string,
    path?: string | Buffer | undefined,
    dest?: string | Buffer | undefined,
  ) {
    const [code, description] = names.get(errno) ?? [`E${-errno}`, 'unknown error']
    const from = path === undefined ? '' : ` '${path.toString()}'`
    const to = dest === undefined ? '' : ` -> '${dest.toString()}'`
    super(`${code}: ${description}, ${syscall}${from}${to}`)
    this.errno = errno
    this.code = code
    this.syscall = syscall
    if (path !== undefined) this.path = path.toString()
    if (dest !== undefined) this.dest = dest.toString()
  }

  static {
    FileError.prototype.name = 'Error'
  }
}

/** What Node says when a closed FileHandle is used. */
export function closedError(syscall: string): Error {
  return Object.assign(new Error('file closed'), { code: 'EBADF', syscall })
}

/** What Node says of a file of which it makes no string. `code`: `ERR_FS_FILE_TOO_LARGE`. */
export class FileTooLargeError extends RangeError {
  readonly code = 'ERR_FS_FILE_TOO_LARGE'

  constructor(bytes: number) {
    super(`File size (${bytes}) is greater than 2 GiB`)
  }
}

/** `rm` was given a folder, and was not told `recursive`. As in Node, this is not an errno alone: `code` is `ERR_FS_EISDIR`. */
export class FolderError extends HeddleError {
  readonly errno = 21
  readonly syscall = 'rm'
  readonly path: string
  readonly info: { code: string; message: string; path: string; syscall: string; errno: number }

  constructor(path: string) {
    super('ERR_FS_EISDIR', `Path is a directory: rm returned EISDIR (is a directory) ${path}`)
    this.path = path
    this.info = { code: 'EISDIR', message: 'is a directory', path, syscall: 'rm', errno: 21 }
  }

  static {
    FolderError.prototype.name = 'SystemError'
  }
}
