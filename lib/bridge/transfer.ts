/**
 * V8 before 13 (Node 22) changes the length in `ArrayBuffer.prototype.transfer(length)` by a realloc, and asks nobody else
 * who holds the memory: a read in flight would then write into memory that has been freed. There, heddle puts functions in
 * the place of `transfer` and `transferToFixedLength` that give the same results, and copy when the length changes. A
 * context of node:vm keeps its own.
 */

type Transfer = (this: ArrayBuffer, newLength?: number) => ArrayBuffer
type Prototype = Partial<Record<'transfer' | 'transferToFixedLength', Transfer>>

const reallocates = Number.parseInt(process.versions.v8, 10) < 13

/** Resizable buffers reserve all they may need, and are never moved. */
function mayMove(buffer: unknown): boolean {
  if (!(buffer instanceof ArrayBuffer)) return false
  const { resizable, detached } = buffer as { resizable?: boolean; detached?: boolean }
  return !resizable && !detached
}

function copying(original: Transfer): Transfer {
  const transfer: Transfer = function transfer(newLength) {
    if (newLength === undefined || !mayMove(this)) return original.call(this, newLength)
    const result = new ArrayBuffer(newLength)
    if (result.byteLength === this.byteLength) return original.call(this)
    const bytes = new Uint8Array(original.call(this))
    new Uint8Array(result).set(bytes.subarray(0, result.byteLength))
    return result
  }
  Object.defineProperty(transfer, 'name', { value: original.name, configurable: true })
  Object.defineProperty(transfer, 'length', { value: original.length, configurable: true })
  return transfer
}

/** Once for each environment, before the first buffer is handed to native code. */
export function keepTransfersFromMoving(): void {
  if (!reallocates) return
  const prototype = ArrayBuffer.prototype as Prototype
  for (const name of ['transfer', 'transferToFixedLength'] as const) {
    const original = prototype[name]
    if (original === undefined) continue
    Object.defineProperty(prototype, name, {
      value: copying(original),
      writable: true,
      configurable: true,
      enumerable: false,
    })
  }
}
