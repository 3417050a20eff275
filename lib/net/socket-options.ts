import { validateBoolean, validateInteger } from '../validate.js'

/** What holds for a connection from its beginning. */
export interface SocketOptions {
  /** Small writes are sent at once; see {@link Socket.setNoDelay}. Default: true. */
  noDelay?: boolean | undefined
  /** The system asks a silent peer if it is still there; see {@link Socket.setKeepAlive}. Default: false. */
  keepAlive?: boolean | undefined
  /** After how many milliseconds of silence. Default: what the system has set, two hours as a rule. */
  keepAliveInitialDelay?: number | undefined
  /** How many bytes are taken from the system ahead of the reader, about. Default: 64 KiB. */
  highWaterMark?: number | undefined
}

export const defaultHighWaterMark = 64 << 10

export function validateSocketOptions(options: SocketOptions): void {
  const { noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } = options
  if (noDelay !== undefined) validateBoolean(noDelay, 'options.noDelay')
  if (keepAlive !== undefined) validateBoolean(keepAlive, 'options.keepAlive')
  if (keepAliveInitialDelay !== undefined) {
    validateInteger(keepAliveInitialDelay, 'options.keepAliveInitialDelay', 0, 32_767_000)
  }
  if (highWaterMark !== undefined) validateInteger(highWaterMark, 'options.highWaterMark', 1, 2 ** 30)
}
