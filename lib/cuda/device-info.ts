import { addon, type NativeDeviceInfo } from '../native.js'

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
  /** Such as `GPU-5fd4f0c6-...`, as nvidia-smi prints it; empty on the host device. */
  readonly uuid: string
}

/** The GPUs of this host; an empty list when there are none or CUDA can't be used. Never throws. */
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
    uuid: from.uuid,
  }
}
