import { ArgumentValueError } from '../argument-errors.js'
import { expect } from '../bridge/bridge.js'
import { addon } from '../native.js'
import { validateFunction, validateObject } from '../validate.js'
import { Allocation } from './allocation.js'
import type { Device } from './device.js'
import { DeviceArray } from './device-array.js'
import { type DLPackTensor, placeOf, readTensor } from './dlpack.js'
import { bytesOf, type Dtype } from './dtype.js'

export interface WrapOptions {
  /**
   * Called once when heddle has let go of the memory: the array was disposed of (or collected) and the last operation that
   * used it is done. Its owner may free the memory then. Not called in an environment that ends before.
   */
  release?: (() => void) | undefined
}

/** An array over memory of somebody else's; see `Device.wrap`. */
export function wrap(device: Device, tensor: DLPackTensor, options: WrapOptions = {}): DeviceArray<Dtype> {
  const { dtype, length, address } = readTensor(tensor)
  const place = placeOf(device)
  validateObject(tensor.device, 'tensor.device')
  if (tensor.device.type !== place.type || tensor.device.id !== place.id) {
    const expected = `is not memory of this device (type ${place.type}, id ${place.id})`
    throw new ArgumentValueError('tensor.device', tensor.device, expected)
  }
  if (address % BigInt(bytesOf(dtype)) !== 0n)
    throw new ArgumentValueError('tensor.data', address, `is not aligned for ${dtype}`)
  validateObject(options, 'options')
  const { release } = options
  if (release !== undefined) validateFunction(release, 'options.release')
  const id = expect({ background: true, settle: () => callBack(release) })
  const memory = addon.wrapMemory(id, address, length * bytesOf(dtype))
  return new DeviceArray(dtype, length, new Allocation(device, memory), 0, true)
}

/** What it throws goes where uncaught errors go: nobody waits for it. */
function callBack(release: (() => void) | undefined): void {
  if (release !== undefined) queueMicrotask(release)
}
