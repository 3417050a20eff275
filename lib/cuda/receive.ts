import type { Device } from './device.js'
import { DeviceArray } from './device-array.js'
import type { PinnedArray } from './pinned-array.js'
import type { StreamOp } from './stream-op.js'

/** Puts bytes at the start of the view until it is full, or there are no more; resolves to how many they were. */
export type Fill = (view: Uint8Array) => Promise<number>

export interface Receiving {
  readonly device: Device
  readonly chunkBytes: number
  /** Told of every piece that is on its way to the device. */
  readonly onBytes?: ((bytes: number) => void) | undefined
}

/** One is filled while the other is copied. */
const slots = 2

/**
 * Moves bytes to the device through page-locked memory, until `target` is full or there are no more; resolves to how many
 * they were, when all have arrived. Nothing touches `target` any more when it rejects.
 */
export async function receive(
  fill: Fill,
  target: DeviceArray,
  { device, chunkBytes, onBytes }: Receiving,
): Promise<number> {
  const bytes = new DeviceArray('u8', target.byteLength, target.allocation, target.byteOffset, false)
  await using stream = device.stream({ label: 'receive' })
  const pinned: PinnedArray<'u8'>[] = []
  const copies: (StreamOp | undefined)[] = []
  let received = 0
  try {
    for (let slot = 0; received < bytes.length; slot = (slot + 1) % slots) {
      const wanted = Math.min(chunkBytes, bytes.length - received)
      await copies[slot]
      pinned[slot] ??= await device.pinned('u8', Math.min(chunkBytes, bytes.length))
      const place = pinned[slot] as PinnedArray<'u8'>
      const count = await fill(place.array.subarray(0, wanted))
      if (count > 0) {
        copies[slot] = stream.copy(bytes.slice(received, received + count), place.slice(0, count))
        received += count
        onBytes?.(count)
      }
      if (count < wanted) break
    }
    await Promise.all(copies)
    return received
  } finally {
    for (const array of pinned) array.dispose()
  }
}
