import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import type { Device } from './device.js'
import { otherDevice, type ResolvedSpan } from './span.js'
import type { Stream } from './stream.js'

/** A copy of which one side is another device's memory: the other side must be the stream's. */
export function copyBetweenDevices(stream: Stream, to: ResolvedSpan, from: ResolvedSpan): void {
  if (to.peer !== undefined && from.peer !== undefined) throw otherDevice('destination')
  const far = to.peer === undefined ? from : to
  const near = to.peer === undefined ? to : from
  // Memory of the host is no device's: the copy belongs to a stream of the device that has the other side.
  if (near.host === true) throw otherDevice(to.peer === undefined ? 'source' : 'destination')
  const submitted = addon.copyPeer(
    stream.number,
    to.memory,
    to.byteOffset,
    from.memory,
    from.byteOffset,
    to.byteLength,
    (far.peer as Device).number,
    far === to,
  )
  if (!submitted) {
    throw new HeddleError(
      'ERR_HEDDLE_DEVICE',
      'the memory of the other device is gone: it was closed meanwhile',
    )
  }
}
