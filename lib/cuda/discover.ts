import { addon } from '../native.js'
import { type Availability, availability } from './availability.js'
import { type DeviceInfo, devices } from './device-info.js'
import { call } from './pending.js'

/** What {@link discover} has found. */
export interface Discovery {
  readonly availability: Availability
  readonly devices: DeviceInfo[]
}

/**
 * What {@link availability} and {@link devices} say, asked on a thread of its own: loading the driver and starting it takes 0.1 s
 * and more. Where there are GPUs, those two answer at once from then on.
 *
 * @throws CudaError rejects with `code` `cudaErrorOperatingSystem` when no thread is to be had
 */
export async function discover(): Promise<Discovery> {
  await call(
    (id) => addon.discover(id),
    () => undefined,
  )
  return { availability: availability(), devices: devices() }
}
