export { FileError } from './file-error.js'
export {
  FileHandle,
  type ReadOptions,
  type ReadResult,
  type WriteOptions,
  type WriteResult,
} from './file-handle.js'
export { open, type Path } from './open.js'
export { type ReadFileOptions, readFile } from './read-file.js'
export { lstat, stat } from './stat.js'
export { type BigIntStats, type StatOptions, Stats } from './stats.js'
export { type WriteFileData, type WriteFileOptions, writeFile } from './write-file.js'
