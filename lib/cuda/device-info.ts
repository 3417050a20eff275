import { addon, type NativeDeviceInfo } from '../native.js'

/** What one launch may ask for. The host device has the numbers of a usual GPU. */
export interface LaunchLimits {
  readonly threadsPerBlock: number
  readonly threadsPerMultiprocessor: number
  readonly registersPerBlock: number
  /** Bytes. */
  readonly sharedMemoryPerBlock: number
  /** Bytes, for a kernel that was allowed more than it gets without asking. */
  readonly sharedMemoryPerBlockOptIn: number
  /** Bytes. */
  readonly sharedMemoryPerMultiprocessor: number
  /** The largest block, in x, y and z. */
  readonly block: readonly [number, number, number]
  /** The largest grid, in x, y and z. */
  readonly grid: readonly [number, number, number]
}

/** How a GPU is connected at present: a link that idles may be slower than it can be. */
export interface PciLink {
  /** Per second, of one lane: 16 for PCIe 4, 32 for PCIe 5. */
  readonly gigatransfers: number
  readonly lanes: number
}

/** What a device is. */
export interface DeviceInfo {
  /** The number that `open` takes, or `'host'`. */
  readonly id: number | 'host'
  /** Such as `NVIDIA H100 80GB HBM3`. */
  readonly name: string
  /** Compute capability, such as `9.0`; the host device has `0.0`. */
  readonly computeCapability: string
  /** Streaming multiprocessors; CPU cores on the host device. */
  readonly multiprocessors: number
  /** Bytes of memory. */
  readonly memory: number
  /** Such as `0000:17:00.0`; empty on the host device. */
  readonly pciBusId: string
  /** Absent on the host device, and where the kernel does not know. */
  readonly pciLink?: PciLink
  /** Such as `GPU-5fd4f0c6-...`, as nvidia-smi prints it; empty on the host device. */
  readonly uuid: string
  /** At most; 0 on the host device. */
  readonly clockMegahertz: number
  /** Threads that run in step. */
  readonly warpSize: number
  /** How many copies run beside kernels and each other; CPU cores on the host device. */
  readonly copyEngines: number
  /** Bytes; 0 on the host device. */
  readonly l2Cache: number
  readonly limits: LaunchLimits
}

/**
 * The GPUs of this host; an empty list when there are none or CUDA can't be used. Never throws. The first call loads the
 * driver and asks it of each, which {@link discover} does off the JavaScript thread.
 */
export function devices(): DeviceInfo[] {
  return addon.devices().map(toDeviceInfo)
}

export function toDeviceInfo(from: NativeDeviceInfo): DeviceInfo {
  return {
    id: from.host ? 'host' : from.ordinal,
    name: from.name,
    computeCapability: `${from.computeMajor}.${from.computeMinor}`,
    multiprocessors: from.multiprocessors,
    memory: from.memory,
    pciBusId: from.pciBusId,
    ...(from.pciLanes === 0
      ? {}
      : { pciLink: { gigatransfers: from.pciGigatransfers, lanes: from.pciLanes } }),
    uuid: from.uuid,
    clockMegahertz: from.clockMegahertz,
    warpSize: from.warpSize,
    copyEngines: from.copyEngines,
    l2Cache: from.l2Bytes,
    limits: from.limits,
  }
}
