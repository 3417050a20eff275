import { resolve } from 'node:path'
import { open, stat } from 'heddle/fs'
import { explained, Failure } from './failure.js'

/** The file that goes through the pipeline. Its size is taken once; a file that changes under way is an error. */
export interface SourceFile {
  readonly path: string
  readonly size: number
}

/** Looks at the file before anything else runs: nobody wants to wait five seconds to hear of a typing error. */
export async function sourceFile(path: string): Promise<SourceFile> {
  try {
    // stat comes first, because to open a pipe waits for somebody to write into it.
    const stats = await stat(path)
    if (stats.isDirectory()) throw new Failure(`cannot read ${path}: it is a directory (EISDIR)`)
    if (!stats.isFile()) throw new Failure(`cannot read ${path}: it is not a regular file`)
    const handle = await open(path, 'r')
    await handle.close()
    return { path: resolve(path), size: stats.size }
  } catch (error) {
    throw explained(`read ${path}`, error)
  }
}

export function changedUnderWay(file: SourceFile): Failure {
  return new Failure(`cannot go on: ${file.path} became shorter while it was being read`)
}
