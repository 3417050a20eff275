import { validateBoolean } from '../validate.js'
import { closedError } from './file-error.js'
import { FileHandle } from './file-handle.js'
import { throwIfAborted, toOptions } from './file-options.js'
import { type Limits, withinLimits } from './limit.js'
import { open } from './open.js'
import type { Path } from './path.js'
import { validateData } from './whole-file.js'

/** What can be written to a file: bytes, text, or a sequence of these as they come. */
export type WriteFileData =
  | string
  | NodeJS.ArrayBufferView
  | Iterable<string | NodeJS.ArrayBufferView>
  | AsyncIterable<string | NodeJS.ArrayBufferView>

export interface WriteFileOptions extends Limits {
  /** Of strings. Default: `'utf8'`. */
  encoding?: BufferEncoding | null | undefined
  /** Permission bits of a file that is created. Default: `0o666`. */
  mode?: string | number | undefined
  /** How the file is opened. Default: `'w'`. */
  flag?: string | number | undefined
  /** Whether the data are on the disk when the Promise resolves. Default: false. */
  flush?: boolean | undefined
}

/**
 * Writes a whole file, replacing what a path held. Like `writeFile` of node:fs/promises. One that is ended early leaves the file
 * half written.
 */
export async function writeFile(
  file: Path | FileHandle,
  data: WriteFileData,
  given?: WriteFileOptions | BufferEncoding | null,
): Promise<void> {
  const options = toOptions<WriteFileOptions>(given)
  if (options.flush != null) validateBoolean(options.flush, 'options.flush')
  validateData(data)
  throwIfAborted(options.signal)
  if (file instanceof FileHandle) {
    if (file.fd === -1) throw closedError('write')
    await withinLimits(options, async (signal) => {
      await file.writeFile(data, { encoding: options.encoding, signal })
      if (options.flush === true) await file.sync({ signal })
    })
    return
  }
  await withinLimits(options, async (signal) => {
    const handle = await open(file, { flags: options.flag || 'w', mode: options.mode, signal })
    try {
      await handle.writeFile(data, { encoding: options.encoding, signal })
      if (options.flush === true) await handle.sync({ signal })
    } finally {
      await handle.close()
    }
  })
}
