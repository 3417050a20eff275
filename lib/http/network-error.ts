import { getSystemErrorMap } from 'node:util'

const names = getSystemErrorMap()

/** getaddrinfo's numbers on Linux, and what Node calls them. */
const lookupErrors: Readonly<Record<number, readonly [code: string, errno: number]>> = {
  [-2]: ['ENOTFOUND', -3008],
  [-3]: ['EAI_AGAIN', -3001],
  [-4]: ['EAI_FAIL', -3004],
  [-5]: ['ENOTFOUND', -3007],
  [-10]: ['EAI_MEMORY', -3006],
}

/** A connection that failed, or the lookup of its host. Fields and message are those of Node's own errors. */
export class NetworkError extends Error {
  /** Such as `ECONNREFUSED`. */
  readonly code: string
  /** The negative error number. */
  readonly errno: number
  /** `connect`, `read`, `write` or `getaddrinfo`. */
  readonly syscall: string
  declare readonly address?: string
  declare readonly port?: number
  declare readonly hostname?: string

  private constructor(code: string, errno: number, syscall: string, where: string) {
    super(`${syscall} ${code}${where}`)
    this.code = code
    this.errno = errno
    this.syscall = syscall
  }

  /** @internal */
  static ofSystem(errno: number, syscall: string, address: string, port: number): NetworkError {
    const [code] = names.get(-errno) ?? [`E${errno}`]
    const error = new NetworkError(code, -errno, syscall, address === '' ? '' : ` ${address}:${port}`)
    if (address !== '') Object.assign(error, { address, port })
    return error
  }

  /** @internal */
  static ofLookup(number: number, hostname: string): NetworkError {
    const [code, errno] = lookupErrors[number] ?? ['EAI_FAIL', -3004]
    return Object.assign(new NetworkError(code, errno, 'getaddrinfo', ` ${hostname}`), { hostname })
  }

  static {
    NetworkError.prototype.name = 'Error'
  }
}
