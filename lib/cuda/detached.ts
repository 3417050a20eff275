import { HeddleError } from '../errors.js'

/** Whether a buffer without bytes had some once. Node before 21 has no `detached`. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer)
    return false
  } catch {
    return true
  }
}

export function detachedError(name: string): HeddleError {
  return new HeddleError('ERR_HEDDLE_DETACHED', `"${name}" is empty: its buffer is detached`)
}
