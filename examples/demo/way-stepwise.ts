import type { Device } from 'heddle/cuda'
import { open } from 'heddle/fs'
import { span } from 'heddle/trace'
import { bufferBytes, chunksOf, readChunk } from './chunks.js'
import type { SourceFile } from './source-file.js'
import type { Way } from './way.js'

/** The pipeline as a first draft has it: correct, nothing blocks JavaScript, and only one part works at a time. */
export async function stepwiseWay(device: Device, file: SourceFile): Promise<Way> {
  const copy = device.stream({ label: 'copy' })
  const compute = device.stream({ label: 'compute' })
  const staged = await device.pinned('u8', bufferBytes(file))
  const bytes = await device.alloc('u8', bufferBytes(file))
  const counts = await device.alloc('u64', 256)
  const result = await device.pinned('u64', 256)
  return {
    title: 'Step by step',
    note: 'read, copy, count: each awaited before the next begins',
    async pass(source, watch) {
      const handle = await open(source.path, 'r')
      try {
        await compute.fill(counts, 0n)
        for (const chunk of chunksOf(source)) {
          watch.signal.throwIfAborted()
          const { length } = chunk
          await span('read', () => readChunk(handle, staged.array, chunk, source))
          await span('copy', () => copy.copy(bytes.slice(0, length), staged.slice(0, length)))
          await span('count', () => compute.histogram(counts, bytes.slice(0, length)))
          watch.onBytes(length)
        }
        await compute.copy(result, counts)
        return result.array.slice()
      } finally {
        await handle.close()
      }
    },
    async [Symbol.asyncDispose]() {
      for (const owned of [staged, bytes, counts, result]) owned.dispose()
      await copy[Symbol.asyncDispose]()
      await compute[Symbol.asyncDispose]()
    },
  }
}
