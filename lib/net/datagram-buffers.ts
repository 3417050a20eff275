import { bufferUnit, datagramPlaceBytes, datagramPlaces, datagramSenderBytes } from '../bridge/layout.js'
import { addon } from '../native.js'
import type { Datagram } from './datagram.js'

let buffers: Buffer | undefined

/** Copies a datagram out of the memory into which native code receives, where it is until the message's handler returns. */
export function datagramOf(message: number): Datagram {
  buffers ??= Buffer.from(addon.datagramBuffers())
  const place = (message / bufferUnit) | 0
  const bytes = message & (bufferUnit - 1)
  const start = place * datagramPlaceBytes
  const data = Buffer.allocUnsafe(bytes)
  buffers.copy(data, 0, start, start + bytes)
  const sender = datagramPlaces * datagramPlaceBytes + place * datagramSenderBytes
  const length = buffers[sender + 3] as number
  return {
    data,
    address: buffers.toString('latin1', sender + 4, sender + 4 + length),
    family: buffers[sender + 2] === 6 ? 'IPv6' : 'IPv4',
    port: buffers.readUInt16LE(sender),
  }
}
