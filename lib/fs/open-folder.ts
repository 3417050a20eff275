import { constants } from 'node:fs'
import { pathCall } from '../bridge/layout.js'
import { addon } from '../native.js'
import type { Limit } from './limit.js'
import { OpenFile } from './open-file.js'
import { onPath } from './path-call.js'
import { call } from './pending.js'

const flags = constants.O_RDONLY | constants.O_DIRECTORY

/** A folder that is read piece by piece. */
export class OpenFolder extends OpenFile {
  /** The next entries, as native/io/read_folder.hpp says it; at most so many bytes. None: there are no more. */
  entries(bytes: number, limit: Limit | undefined): Promise<Buffer> {
    return this.counted('scandir', (fd) =>
      onPath(pathCall.readFolder, { syscall: 'scandir', fd, x: bytes, limit }, (id) => addon.takeBytes(id)),
    )
  }
}

export function openFolder(path: string | Buffer, limit: Limit | undefined): Promise<OpenFolder> {
  return call(
    { syscall: 'opendir', path, limit },
    (id) => addon.open(id, path, flags, 0),
    (fd) => new OpenFolder(fd, flags, 'Dirs'),
  )
}
