/** Whether the memory of a view was transferred to somebody else. A view of no bytes looks the same, and is none the worse. */
export function isDetached({ buffer }: Pick<ArrayBufferView, 'buffer'>): boolean {
  if (buffer.byteLength !== 0) return false
  try {
    return new Uint8Array(buffer).length !== 0
  } catch {
    return true
  }
}
