import { bufferUnit, receiveBufferBytes } from '../bridge/layout.js'
import { addon } from '../native.js'

let buffers: Buffer | undefined

/** The memory into which native code receives. What a message names there is good until its handler returns. */
export function receiveBuffers(): Buffer {
  buffers ??= Buffer.from(addon.receiveBuffers())
  return buffers
}

/** How many bytes a message is about. */
export function bytesOf(message: number): number {
  return message & (bufferUnit - 1)
}

/** Where they start. */
export function startOf(message: number): number {
  return ((message / bufferUnit) | 0) * receiveBufferBytes
}
