import { ArgumentRangeError, ArgumentTypeError } from '../argument-errors.js'
import { validateBoolean, validateInteger, validateObject } from '../validate.js'
import type { OperationOptions } from './stream.js'

/** Up to three numbers; those that are missing are 1. */
export type Extent =
  | number
  | readonly [x: number]
  | readonly [x: number, y: number]
  | readonly [x: number, y: number, z: number]

/** How a kernel is spread out over the device. */
export interface LaunchConfig extends OperationOptions {
  /** Blocks of the grid. */
  readonly grid: Extent
  /** Threads of a block: 1024 at most in all. */
  readonly block: Extent
  /** Bytes of dynamic shared memory (`extern __shared__`) for each block. Default: 0. */
  readonly shared?: number | undefined
  /** Blocks of a cluster, which divide the grid; from compute capability 9.0. Default: none. */
  readonly cluster?: Extent | undefined
  /** All blocks are resident at once, so that they may wait for each other. Default: false. */
  readonly cooperative?: boolean | undefined
  /**
   * The kernel may begin while the one in front of it is still ending, and waits for it by itself
   * (`cudaGridDependencySynchronize`): programmatic dependent launch, from compute capability 9.0. Default: false.
   */
  readonly programmatic?: boolean | undefined
}

/** The largest sizes that a device takes in each direction. */
const most = { grid: [2 ** 31 - 1, 65_535, 65_535], block: [1024, 1024, 64], cluster: [16, 16, 16] } as const

/** Writes an extent as three numbers. Throws what is wrong with it. */
export function writeExtent(
  extent: Extent,
  name: 'grid' | 'block' | 'cluster',
  into: Uint32Array,
  at: number,
): void {
  if (typeof extent === 'number') {
    validateInteger(extent, `config.${name}`, 1, most[name][0])
    into[at] = extent
    into[at + 1] = 1
    into[at + 2] = 1
    return
  }
  if (!Array.isArray(extent) || extent.length < 1 || extent.length > 3) {
    throw new ArgumentTypeError(`config.${name}`, 'a number or an array of one to three numbers', extent)
  }
  for (let i = 0; i < 3; ++i) {
    const size: unknown = i < extent.length ? extent[i] : 1
    validateInteger(size, `config.${name}[${i}]`, 1, most[name][i] as number)
    into[at + i] = size
  }
}

/** The most threads of a block, on every device there is. */
const mostThreads = 1024

/** Throws what is wrong with a block of that many threads. */
export function validateThreads(threads: number): void {
  if (threads > mostThreads)
    throw new ArgumentRangeError('config.block', `at most ${mostThreads} threads in all`, threads)
}

/** Checks what the options of a launch have beside their extents. */
export function validateLaunchConfig(config: LaunchConfig): void {
  validateObject(config, 'config')
  const { shared, cooperative, programmatic } = config
  if (shared !== undefined) validateInteger(shared, 'config.shared', 0, 2 ** 31 - 1)
  if (cooperative !== undefined) validateBoolean(cooperative, 'config.cooperative')
  if (programmatic !== undefined) validateBoolean(programmatic, 'config.programmatic')
}
