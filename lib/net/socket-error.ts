import { getSystemErrorMap } from 'node:util'

const names = getSystemErrorMap()

/** Where an operation was going to: a host with its port, or the path of a UNIX socket. */
export interface ErrorPlace {
  readonly address: string
  /** Node gives -1 where it listens at a path. */
  readonly port?: number | undefined
}

/**
 * A failed system call on a socket. Fields and message are those of Node's own errors, such as
 * `connect ECONNREFUSED 127.0.0.1:8080`.
 */
export class SocketError extends Error {
  /** The name of the error number, such as `ECONNRESET`. */
  readonly code: string
  /** The negative error number. */
  readonly errno: number
  /** The system call, as Node names it: `connect`, `listen`, `accept`, `read`, `write`, `shutdown`, `bind` or `send`. */
  readonly syscall: string
  declare readonly address?: string
  declare readonly port?: number

  /** @param explained adds what the number means to the message, as Node does for `listen` and `bind` */
  constructor(errno: number, syscall: string, place?: ErrorPlace | undefined, explained = false) {
    const [code, description] = names.get(errno) ?? [`E${-errno}`, 'unknown error']
    const port = place?.port !== undefined && place.port > 0 ? `:${place.port}` : ''
    const where = place === undefined ? '' : ` ${place.address}${port}`
    super(`${syscall} ${code}${explained ? `: ${description}` : ''}${where}`)
    this.code = code
    this.errno = errno
    this.syscall = syscall
    if (place !== undefined) {
      this.address = place.address
      if (place.port) this.port = place.port
    }
  }

  static {
    SocketError.prototype.name = 'Error'
  }
}
