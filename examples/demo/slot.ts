import type { Device, DeviceArray, Event, PinnedArray } from 'heddle/cuda'

/** One place in the pipeline: the pinned and the device buffer that a chunk passes through. */
export interface Slot {
  readonly staged: PinnedArray<'u8'>
  readonly bytes: DeviceArray<'u8'>
  /** Recorded when the device has counted the chunk, and `bytes` may be overwritten. */
  readonly counted: Event
}

export async function createSlots(device: Device, count: number, length: number): Promise<Slot[]> {
  const slot = async (): Promise<Slot> => ({
    staged: await device.pinned('u8', length),
    bytes: await device.alloc('u8', length),
    counted: device.event(),
  })
  return Promise.all(Array.from({ length: count }, slot))
}

export function disposeSlots(slots: readonly Slot[]): void {
  for (const { staged, bytes } of slots) {
    staged.dispose()
    bytes.dispose()
  }
}
