/**
 * `count` block-aligned offsets below `size`: the mulberry32 sequence that bench/native/offsets.hpp draws
 * too, so that equal seeds read the same blocks in the same order.
 */
export function randomOffsets(count: number, size: number, block: number, seed: number): Int32Array {
  const blocks = Math.floor(size / block)
  let state = seed
  return Int32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) % blocks) * block
  })
}

/** The same, from the beginning of the file on and over again. */
export function offsetsInOrder(count: number, size: number, block: number): Int32Array {
  const blocks = Math.floor(size / block)
  return Int32Array.from({ length: count }, (_, i) => (i % blocks) * block)
}
