import { ArgumentTypeError } from '../argument-errors.js'
import { type Path, toPath } from '../fs/path.js'
import { addon } from '../native.js'
import { validateFunction, validateInteger, validateObject, validateSignal } from '../validate.js'
import { Allocation } from './allocation.js'
import { deviceClosed } from './cuda-error.js'
import { Device } from './device.js'
import { DeviceArray } from './device-array.js'
import { loadUrl } from './load-url.js'
import { call } from './pending.js'

export interface LoadOptions {
  /** Called with how many bytes of how many have arrived on the device, at most every 20 ms or 16 MiB, and at the end. */
  onProgress?: ((progress: { bytes: number; total: number }) => void) | undefined
  /** Stops the load: the Promise rejects with an AbortError once nobody touches its memory any more. */
  signal?: AbortSignal | undefined
  /** Bytes of one read and one copy. Default: 1 MiB. */
  chunkBytes?: number | undefined
  /** How many chunks are in flight; together they take at most 64 MiB of pinned memory. Default: 8. Of files alone. */
  depth?: number | undefined
  /**
   * Of a URL alone: how many connections carry parts of it at a time, where the server can send parts; each takes two chunks
   * of pinned memory. Default: 4.
   */
  connections?: number | undefined
}

export interface LoadStats {
  readonly bytes: number
  /** From the call's arrival on the device's thread to the end. */
  readonly milliseconds: number
  /** Read operations: more than copies where some came back short. */
  readonly reads: number
  readonly copies: number
  /** Pinned memory that was in use besides the destination. */
  readonly stagingBytes: number
}

export interface Loaded {
  /** The bytes, in device memory. The caller disposes of it. */
  readonly bytes: DeviceArray<'u8'>
  readonly stats: LoadStats
}

/**
 * Loads a file into new device memory: reads into pinned memory and copies from there overlap, and no JavaScript runs
 * while they do.
 *
 * A URL of `http:` is loaded over several connections at a time, where its server says that it can send parts
 * (`Accept-Ranges: bytes`) and that they are of one version (a strong `ETag`, or a `Last-Modified` before its `Date`), into
 * page-locked memory and from there to the device.
 *
 * @throws TypeError or RangeError at the call; rejects with a FileError (`ENOENT`, `EISDIR`, `EACCES`; `EIO` when the file
 *   became shorter meanwhile), a CudaError, or an AbortError; of a URL, with an HttpError (`ERR_HEDDLE_HTTP_STATUS`,
 *   `ERR_HEDDLE_HTTP_LENGTH`, `ERR_HEDDLE_HTTP_RANGE` and those of every exchange) or a NetworkError
 */
export function load(source: Path, device: Device, options: LoadOptions = {}): Promise<Loaded> {
  const isUrl = source instanceof URL && /^https?:$/.test(source.protocol)
  const path = isUrl ? '' : toPath(source, 'source')
  if (!(device instanceof Device)) throw new ArgumentTypeError('device', 'an instance of Device', device)
  if (device.closed) throw deviceClosed('load')
  validateObject(options, 'options')
  const { onProgress, signal, chunkBytes = 1 << 20, depth = 8, connections = 4 } = options
  if (onProgress !== undefined) validateFunction(onProgress, 'options.onProgress')
  validateSignal(signal)
  validateInteger(chunkBytes, 'options.chunkBytes', 4096, 64 << 20)
  validateInteger(depth, 'options.depth', 1, 1024)
  validateInteger(connections, 'options.connections', 1, 64)
  if (isUrl) return loadUrl(source, device, { ...options, chunkBytes, connections })
  return call(
    (id) => addon.load(id, device.number, path, chunkBytes, depth, onProgress !== undefined),
    (memory, id) => {
      const stats = addon.takeDetail(id) as LoadStats
      const allocation = new Allocation(
        device,
        memory,
        device.record(stats.bytes, 'u8', String(source), load)(),
      )
      return {
        bytes: new DeviceArray('u8', stats.bytes, allocation, 0, true),
        stats,
      }
    },
    {
      signal,
      path,
      onProgress: onProgress && ((bytes, id) => onProgress({ bytes, total: addon.takeDetail(id) as number })),
    },
  )
}
