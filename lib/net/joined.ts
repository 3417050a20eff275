/** Up to here, one copy costs less than a system call for each part. */
const joinedBytes = 64 << 10

/** The same bytes in as few pieces as are worth it: neighbours that are small are copied together. */
export function joined(parts: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let run: Uint8Array[] = []
  let bytes = 0
  const endRun = () => {
    if (run.length === 1) pieces.push(run[0] as Uint8Array)
    else if (run.length > 1) pieces.push(Buffer.concat(run, bytes))
    run = []
    bytes = 0
  }
  for (const part of parts) {
    if (part.byteLength === 0) continue
    if (bytes + part.byteLength > joinedBytes) endRun()
    run.push(part)
    bytes += part.byteLength
  }
  endRun()
  return pieces
}
