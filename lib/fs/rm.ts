import { pathCall, pathFlag } from '../bridge/layout.js'
import { sleep } from '../sleep.js'
import { validateBoolean, validateInteger, validateObject } from '../validate.js'
import { FileError } from './file-error.js'
import { type Limits, limitOf, withinLimits } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

export interface RmOptions extends Limits {
  /** A path at which nothing is is no error. Default: false. */
  force?: boolean | undefined
  /** Removes folders, with all that is in them. Default: false. */
  recursive?: boolean | undefined
  /** How often to go on after `EBUSY`, `EMFILE`, `ENFILE`, `ENOTEMPTY` or `EPERM`; with `recursive` only. Default: 0. */
  maxRetries?: number | undefined
  /** Milliseconds before the first of these; each later wait is longer by as much. Default: 100. */
  retryDelay?: number | undefined
}

const passing: ReadonlySet<string> = new Set(['EBUSY', 'EMFILE', 'ENFILE', 'ENOTEMPTY', 'EPERM'])

/** Removes a file, or a folder and all that is in it. Links are removed, not followed. Like `rm` of node:fs/promises. */
export async function rm(path: Path, options?: RmOptions): Promise<void> {
  const name = toPath(path)
  if (options !== undefined) validateObject(options, 'options')
  const { force = false, recursive = false, maxRetries = 0, retryDelay = 100 } = options ?? {}
  validateBoolean(recursive, 'options.recursive')
  validateInteger(retryDelay, 'options.retryDelay', 0, 2147483647)
  validateInteger(maxRetries, 'options.maxRetries', 0, 4294967295)
  validateBoolean(force, 'options.force')
  const flags = (force ? pathFlag.force : 0) | (recursive ? pathFlag.recursive : 0)
  await withinLimits(options ?? {}, async (signal) => {
    for (let retries = 0; ; ) {
      try {
        const limit = limitOf({ signal })
        await onPath(pathCall.rm, { syscall: 'rm', path: name, flags, limit }, nothing)
        return
      } catch (error) {
        const passes = error instanceof FileError && passing.has(error.code)
        if (!passes || !recursive || ++retries > maxRetries) throw error
      }
      await sleep(retries * retryDelay, { signal })
    }
  })
}
