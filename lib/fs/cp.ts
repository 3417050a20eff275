import type { CopyOptions } from 'node:fs'
import { cp as nodeCp } from 'node:fs/promises'
import { validateLimits } from '../validate.js'
import { throwIfAborted } from './file-options.js'
import { type Limits, withinLimits } from './limit.js'

export interface CpOptions extends CopyOptions, Limits {}

/**
 * Copies files and folders, with all that is in them. It is Node's own `cp`: it spends its time in many small calls, and
 * {@link copyFile} is the one to use for large files.
 *
 * With `signal` or `timeout` it ends before the next file or folder; what was copied stays.
 */
export async function cp(
  source: string | URL,
  destination: string | URL,
  options?: CpOptions,
): Promise<void> {
  if (options == null || (options.signal === undefined && options.timeout === undefined)) {
    return await nodeCp(source, destination, options)
  }
  validateLimits(options)
  throwIfAborted(options.signal)
  await withinLimits(options, (signal) => nodeCp(source, destination, untilAborted(options, signal)))
}

/** Node asks its filter about every file and folder, and ends with what that throws. */
function untilAborted(options: CpOptions, signal: AbortSignal | undefined): CopyOptions {
  const { filter } = options
  // What is no function is Node's to refuse.
  if (filter !== undefined && typeof filter !== 'function') return options
  return {
    ...options,
    filter(source, destination) {
      throwIfAborted(signal)
      return filter === undefined || filter(source, destination)
    },
  }
}
