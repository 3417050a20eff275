export { constants } from 'node:fs'
export { access } from './access.js'
export { appendFile } from './append-file.js'
export { chmod } from './chmod.js'
export { chown, lchown } from './chown.js'
export { copyFile } from './copy-file.js'
export { FileError, FolderError } from './file-error.js'
export {
  FileHandle,
  type ReadOptions,
  type ReadResult,
  type WriteOptions,
  type WriteResult,
} from './file-handle.js'
export { link } from './link.js'
export { type MkdirOptions, mkdir } from './mkdir.js'
export { mkdtemp } from './mkdtemp.js'
export type { NameEncoding, NameOptions } from './name-encoding.js'
export { open, type Path } from './open.js'
export { type ReadFileOptions, readFile } from './read-file.js'
export { type ReaddirOptions, readdir } from './readdir.js'
export { readlink } from './readlink.js'
export { realpath } from './realpath.js'
export { rename } from './rename.js'
export { type RmOptions, rm } from './rm.js'
export { rmdir } from './rmdir.js'
export { lstat, stat } from './stat.js'
export { type BigIntStats, type StatOptions, Stats } from './stats.js'
export { symlink } from './symlink.js'
export { truncate } from './truncate.js'
export { unlink } from './unlink.js'
export { type FileTime, lutimes, utimes } from './utimes.js'
export { type WriteFileData, type WriteFileOptions, writeFile } from './write-file.js'
