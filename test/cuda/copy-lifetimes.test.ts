import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { download, randomBytes, sameBytes } from './bytes.ts'
import { onEachDevice, openHost, type Target } from './target.ts'

const staged: Target = {
  id: 'host',
  open: (options) => openHost({ stagePageable: true }, options),
  stream: async () => {
    const gpu = await openHost({ stagePageable: true })
    return { gpu, stream: gpu.stream() }
  },
}

const lengths = [1, 60_000, 6 << 20]

function memoryOfCopiesInFlight(target: Target) {
  it.each(lengths)('stays when the source is transferred right after: %i bytes', async (length) => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', length)
    const bytes = randomBytes(length)
    const source = bytes.slice()
    stream.copy(array, source)
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(source, [source.buffer])
    expect(source.length).toBe(0)
    expect(sameBytes(await download(stream, array), bytes)).toBe(true)
    receiveMessageOnPort(port2)
    port1.close()
  })

  it.each(lengths)('stays when the source is transferred and thrown away: %i bytes', async (length) => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', length)
    const bytes = randomBytes(length)
    const source = bytes.slice()
    stream.copy(array, source)
    structuredClone(source, { transfer: [source.buffer] })
    expect(sameBytes(await download(stream, array), bytes)).toBe(true)
  })

  it.each(lengths)('stays when the destination is transferred right after: %i bytes', async (length) => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u8', length)
    const bytes = randomBytes(length)
    stream.copy(array, bytes)
    const destination = new Uint8Array(length)
    const copied = stream.copy(destination, array)
    const moved = structuredClone(destination, { transfer: [destination.buffer] })
    await copied
    expect(sameBytes(moved, bytes)).toBe(true)
  })

  it('stays for each of 200 sources that nobody keeps', async () => {
    const { gpu, stream } = await target.stream()
    const array = await gpu.alloc('u32', 200 * 100)
    for (let i = 0; i < 200; ++i) {
      stream.copy(array.slice(i * 100, (i + 1) * 100), new Uint32Array(100).fill(i))
    }
    const words = new Uint32Array(200 * 100)
    await stream.copy(words, array)
    expect(words.every((word, i) => word === Math.floor(i / 100))).toBe(true)
  })

  it('is read in the order of the stream, also when the source is written to afterwards', async () => {
    const { gpu, stream } = await target.stream()
    const [a, b] = [await gpu.alloc('u8', 100), await gpu.alloc('u8', 100)]
    const source = new Uint8Array(100).fill(1)
    await stream.copy(a, source)
    source.fill(2)
    await stream.copy(b, source)
    expect((await download(stream, a))[50]).toBe(1)
    expect((await download(stream, b))[50]).toBe(2)
  })
}

onEachDevice('ordinary memory of a copy in flight', memoryOfCopiesInFlight)
describe('ordinary memory of a staged copy in flight', () => memoryOfCopiesInFlight(staged))
