import { cp as nodeCp } from 'node:fs/promises'

/**
 * Copies files and folders, with all that is in them. It is Node's own `cp`: it spends its time in many small calls, and
 * {@link copyFile} is the one to use for large files.
 */
export const cp: typeof nodeCp = nodeCp
