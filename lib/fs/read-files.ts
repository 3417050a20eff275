import { ArgumentTypeError } from '../argument-errors.js'
import { pathCall } from '../bridge/layout.js'
import { addon } from '../native.js'
import { FileError } from './file-error.js'
import { type Limits, limitOf, withinLimits } from './limit.js'
import { type Path, toPath } from './path.js'
import { onPath } from './path-call.js'
import { readFile } from './read-file.js'

type Name = string | Buffer

/** How many files one job reads: enough to forget what a job costs, few enough to keep all threads busy. */
const together = 32

// As native/io/read_files.hpp has them.
const notSmall = 2 ** 40
const readFailed = 10_000

/**
 * Reads many whole files, in the order of the paths. Small ones take a fraction of what as many calls of `readFile` take. If
 * one fails, it rejects with that file's error, when the others have ended. Neighbours share memory: `Buffer.from(bytes)` makes
 * a copy that keeps nothing else alive.
 */
export async function readFiles(paths: readonly Path[], limits?: Limits): Promise<Buffer[]> {
  if (!Array.isArray(paths)) throw new ArgumentTypeError('paths', 'an instance of Array', paths)
  const names = paths.map((path, i) => toPath(path, `paths[${i}]`))
  return await withinLimits(limits ?? {}, (signal) => readAll(names, signal))
}

async function readAll(names: readonly Name[], signal: AbortSignal | undefined): Promise<Buffer[]> {
  const limit = limitOf({ signal })
  const jobs: Promise<(Buffer | Error | undefined)[]>[] = []
  for (let first = 0; first < names.length; first += together) {
    const some = names.slice(first, first + together)
    const path = joined(some)
    jobs.push(
      onPath(pathCall.readFiles, { syscall: 'open', path, limit }, (id) =>
        filesOf(addon.takeBytes(id), some),
      ),
    )
  }
  const read = (await settled(jobs)).flat()
  if (read.every((bytes) => Buffer.isBuffer(bytes))) return read
  return await settled(
    read.map(async (bytes, i) => {
      if (bytes instanceof Error) throw bytes
      return bytes ?? (await readFile(names[i] as Name, { signal }))
    }),
  )
}

const nul = Buffer.alloc(1)

/** Each ended by NUL. */
function joined(names: readonly Name[]): Buffer {
  if (names.every((name) => typeof name === 'string')) return Buffer.from(`${names.join('\0')}\0`)
  return Buffer.concat(names.flatMap((name) => [Buffer.from(name as string), nul]))
}

function filesOf(bytes: Buffer, names: readonly Name[]): (Buffer | Error | undefined)[] {
  let at = 0
  return names.map((name) => {
    const length = Number(bytes.readBigInt64LE(at))
    at += 8
    if (length === notSmall) return undefined
    if (length < -readFailed) return new FileError(length + readFailed, 'read')
    if (length < 0) return new FileError(length, 'open', name)
    at += length
    return bytes.subarray(at - length, at)
  })
}

/** Like Promise.all, but none is still at work when it rejects. */
async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises)
  return await Promise.all(promises)
}
