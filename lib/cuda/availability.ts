import { addon } from '../native.js'

/** Whether there is a GPU that heddle can use, and if not, why and what would help. */
export interface Availability {
  readonly ok: boolean
  /**
   * Why not. `not-built`: this build has the host device alone. `no-driver`: the NVIDIA driver is not installed, or not
   * visible in this container. `old-driver`: it is older than this build's CUDA runtime needs. `no-device`: the driver
   * is fine, but shows no GPU. `permission`: this process may not open the GPU's device nodes; the remedy names them.
   */
  readonly reason?: 'not-built' | 'no-driver' | 'old-driver' | 'no-device' | 'permission'
  /** What would help; for people. */
  readonly remedy?: string
  /** The newest CUDA version the driver supports, such as 13000 for 13.0; 0 without a driver. */
  readonly driver: number
  /** The CUDA runtime in this build, such as 13000; 0 when it was built without one. */
  readonly runtime: number
}

/**
 * Whether there is a GPU to use. Never throws. The first call on a host with a driver loads it, which can take 0.1 s and holds
 * up the JavaScript thread for so long: a program that can't have that awaits {@link discover} first.
 */
export function availability(): Availability {
  return addon.availability()
}
