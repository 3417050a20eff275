import { getSystemErrorMap } from 'node:util'

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

  constructor(errno: number, syscall: string, path?: string | Buffer | undefined) {
    const [code, description] = names.get(errno) ?? [`E${-errno}`, 'unknown error']
    super(`${code}: ${description}, ${syscall}${path === undefined ? '' : ` '${path.toString()}'`}`)
    this.code = code
    this.errno = errno
    this.syscall = syscall
    if (path !== undefined) this.path = path.toString()
  }

  static {
    FileError.prototype.name = 'Error'
  }
}

/** What Node says when a closed FileHandle is used. */
export function closedError(syscall: string): Error {
  return Object.assign(new Error('file closed'), { code: 'EBADF', syscall })
}
