import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import { validateInteger } from '../validate.js'

const most = 2 ** 32

/**
 * Memory that files opened with `direct` read into and write from: it is zeros, and starts at a page, which is whole blocks of
 * every disk. Views of it are aligned where their offset is.
 *
 * @param bytes how many, up to 4 GiB
 * @throws HeddleError with `code` `ERR_HEDDLE_MEMORY` when there is not so much
 */
export function allocAligned(bytes: number): Buffer {
  validateInteger(bytes, 'bytes', 1, most)
  const memory = addon.alignedBuffer(bytes)
  if (memory === undefined) {
    throw new HeddleError('ERR_HEDDLE_MEMORY', `There is no memory for a buffer of ${bytes} bytes`)
  }
  return Buffer.from(memory)
}
