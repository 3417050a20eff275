import type { RmDirOptions } from 'node:fs'
import { pathCall } from '../bridge/layout.js'
import { type Limits, limitOf } from './limit.js'
import { type Path, toPath } from './path.js'
import { nothing, onPath } from './path-call.js'

/** Those of Node itself are taken and have no effect: {@link rm} has them. */
export interface RmdirOptions extends RmDirOptions, Limits {}

/** Removes an empty folder. Like `rmdir` of node:fs/promises; for one that is not empty there is {@link rm}. */
export async function rmdir(path: Path, options?: RmdirOptions): Promise<void> {
  const called = { syscall: 'rmdir', path: toPath(path), limit: limitOf(options) }
  await onPath(pathCall.rmdir, called, nothing)
}
