/**
 * Whether the buffer can shrink. V8 then takes the pages away, whoever holds the memory; the kernel answers `EFAULT` for such
 * an address, and code that copies there by itself would end the process. So native code gets no such memory here.
 */
export function isResizable(buffer: ArrayBufferLike): boolean {
  return (buffer as { resizable?: boolean }).resizable === true
}
