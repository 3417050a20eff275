import type { Device, DeviceArray, Stream } from 'heddle/cuda'
import { type FileHandle, open } from 'heddle/fs'
import { span } from 'heddle/trace'
import { bufferBytes, type Chunk, chunksOf, readChunk } from './chunks.js'
import { createSlots, disposeSlots, type Slot } from './slot.js'
import type { SourceFile } from './source-file.js'
import type { Watch, Way } from './way.js'

/** Two would let two of the three parts work at once; with four, reads, copies and kernels all have work waiting. */
const slotCount = 4

interface Pipeline {
  readonly file: SourceFile
  readonly handle: FileHandle
  readonly copy: Stream
  readonly compute: Stream
  readonly counts: DeviceArray<'u64'>
  readonly watch: Watch
}

/** The same pipeline with the order left to the device: reads, copies and kernels pass each other. */
export async function overlappedWay(device: Device, file: SourceFile): Promise<Way> {
  const copy = device.stream({ label: 'copy' })
  const compute = device.stream({ label: 'compute' })
  const slots = await createSlots(device, slotCount, bufferBytes(file))
  const counts = await device.alloc('u64', 256)
  const result = await device.pinned('u64', 256)
  return {
    title: 'Overlapped',
    note: `${slotCount} buffers, two streams, events between them`,
    async pass(source, watch) {
      const handle = await open(source.path, 'r')
      try {
        compute.fill(counts, 0n)
        const pipeline = { file: source, handle, copy, compute, counts, watch }
        const chunks = chunksOf(source)
        await settled(slots.map((slot) => pump(slot, chunks, pipeline)))
        await compute.copy(result, counts)
        return result.array.slice()
      } finally {
        await handle.close()
      }
    },
    async [Symbol.asyncDispose]() {
      disposeSlots(slots)
      counts.dispose()
      result.dispose()
      await copy[Symbol.asyncDispose]()
      await compute[Symbol.asyncDispose]()
    },
  }
}

/** Takes chunk after chunk through one slot. All slots draw from the same chunks, so the fastest takes the most. */
async function pump(slot: Slot, chunks: Iterable<Chunk>, pipeline: Pipeline): Promise<void> {
  const { file, handle, copy, compute, counts, watch } = pipeline
  for (const chunk of chunks) {
    watch.signal.throwIfAborted()
    await span('read', () => readChunk(handle, slot.staged.array, chunk, file))
    const copied = span('enqueue', () => {
      const bytes = slot.bytes.slice(0, chunk.length)
      // For a slot's first chunk there is nothing to wait for: an event that was never recorded is done.
      copy.wait(slot.counted)
      const op = copy.copy(bytes, slot.staged.slice(0, chunk.length))
      compute.wait(copy)
      compute.histogram(counts, bytes)
      compute.record(slot.counted)
      return op
    })
    // The only thing JavaScript has to know: when the pinned buffer is free for the next read.
    await copied
    watch.onBytes(chunk.length)
  }
}

/** Waits for all, also when one fails: the buffers may not go while another's read is still on its way. */
async function settled(promises: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}
