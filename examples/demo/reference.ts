import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { changedUnderWay, type SourceFile } from './source-file.js'
import type { Histogram, Watch } from './way.js'

/**
 * The histogram that the three ways have to reproduce. It shares no code with them and counts differently (pairs of
 * bytes, split up at the end), so that a mistake of theirs cannot be a mistake here as well. It also brings the file
 * into the page cache, so that all three ways find it there.
 */
export async function referenceHistogram(file: SourceFile, watch: Watch): Promise<Histogram> {
  const block = new Uint16Array(512 * 1024)
  const pairs = new Float64Array(65536)
  const counts = new BigUint64Array(256)
  const descriptor = openSync(file.path, 'r')
  try {
    for (let at = 0; at < file.size; ) {
      const length = fill(descriptor, block, at, Math.min(block.byteLength, file.size - at))
      if (length === 0) throw changedUnderWay(file)
      for (let index = 0; index < length >> 1; index += 1) {
        const pair = block[index] ?? 0
        pairs[pair] = (pairs[pair] ?? 0) + 1
      }
      if (length % 2 === 1) add(counts, new Uint8Array(block.buffer)[length - 1] ?? 0, 1)
      at += length
      watch.onBytes(length)
      watch.signal.throwIfAborted()
      await setImmediate()
    }
  } finally {
    closeSync(descriptor)
  }
  for (const [pair, times] of pairs.entries()) {
    add(counts, pair & 0xff, times)
    add(counts, pair >> 8, times)
  }
  return counts
}

function fill(descriptor: number, block: Uint16Array, at: number, length: number): number {
  let done = 0
  while (done < length) {
    const count = readSync(descriptor, block, done, length - done, at + done)
    if (count === 0) break
    done += count
  }
  return done
}

function add(counts: Histogram, value: number, times: number): void {
  counts[value] = (counts[value] ?? 0n) + BigInt(times)
}
