import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { AbortError } from '../errors.js'
import { validateLimits } from '../validate.js'
import type { Limits } from './limit.js'

/** Options that may be given as an encoding alone, as Node allows. */
export function toOptions<T extends Limits & { encoding?: BufferEncoding | null | undefined }>(
  options: T | BufferEncoding | null | undefined,
): T {
  // As Node, which takes a function for the callback that is not there.
  if (options == null || typeof options === 'function') return {} as T
  const result = typeof options === 'string' ? ({ encoding: options } as T) : options
  if (typeof result !== 'object') {
    throw new ArgumentTypeError('options', 'one of type string or object', options)
  }
  const { encoding } = result
  if (encoding && !Buffer.isEncoding(encoding))
    throw new ArgumentValueError('encoding', encoding, 'is invalid encoding')
  validateLimits(result)
  return result
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError(signal)
}
