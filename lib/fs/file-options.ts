import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { AbortError } from '../errors.js'
import { validateLimits } from '../validate.js'
import type { Limits } from './limit.js'

/** Options that may be given as an encoding alone, as Node allows. */
export function toOptions<T extends Limits & { encoding?: BufferEncoding | null | undefined }>(
  options: T | BufferEncoding | null | undefined,
): T {
  if (options == null) return {} as T
  const result = typeof options === 'string' ? ({ encoding: options } as T) : options
  if (typeof result !== 'object') {
    throw new ArgumentTypeError('options', 'one of type string or object', options)
  }
  const { encoding } = result
  if (encoding != null && !Buffer.isEncoding(encoding))
    throw new ArgumentValueError('encoding', encoding, 'is invalid encoding')
  validateLimits(result)
  return result
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError(signal)
}
