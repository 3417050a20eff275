import { type Comm, comm, type Device, type Stream } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { onEachDevice, type Target } from './target.ts'

/** A group of one, all that a machine with one GPU can have; undefined where there is no NCCL. */
async function alone(target: Target): Promise<{ gpu: Device; stream: Stream; own: Comm } | undefined> {
  const { gpu, stream } = await target.stream()
  try {
    const [own] = (await comm([gpu], { timeout: 20_000 })) as [Comm]
    return { gpu, stream, own }
  } catch (error) {
    if (target.id !== 'host' && String(error).includes('HEDDLE_NCCL')) return undefined
    throw error
  }
}

onEachDevice('a group of one rank', (target) => {
  it('reduces, broadcasts, gathers and scatters what it has', async ({ skip }) => {
    const made = await alone(target)
    if (made === undefined) return skip('there is no NCCL')
    const { gpu, stream, own } = made
    const values = Float32Array.of(1, 2.5, -3)
    const [array, other] = [await gpu.alloc('f32', 3), await gpu.alloc('f32', 3)]
    stream.copy(array, values)
    for (const op of ['sum', 'product', 'min', 'max', 'average'] as const)
      own.allReduce(stream, array, undefined, { op })
    own.broadcast(stream, array)
    own.allGather(stream, other, array)
    stream.fill(array, 0)
    own.reduceScatter(stream, array, other)
    const seen = new Float32Array(3)
    await stream.copy(seen, array)
    expect([...seen]).toEqual([...values])
  })

  it('keeps its order with the other work of its streams', async ({ skip }) => {
    const made = await alone(target)
    if (made === undefined) return skip('there is no NCCL')
    const { gpu, stream, own } = made
    const beside = gpu.stream()
    const [a, b] = [await gpu.alloc('u32', 1_000_000), await gpu.alloc('u32', 1_000_000)]
    for (let i = 1; i <= 20; ++i) {
      stream.fill(a, i)
      own.allReduce(stream, b, a)
      beside.wait(stream)
      own.broadcast(beside, b)
      stream.wait(beside)
    }
    const seen = new Uint32Array(1_000_000)
    await stream.copy(seen, b)
    expect(new Set(seen)).toEqual(new Set([20]))
  })

  it('is left with work in flight, which is done', async ({ skip }) => {
    const made = await alone(target)
    if (made === undefined) return skip('there is no NCCL')
    const { gpu, stream, own } = made
    const array = await gpu.alloc('f32', 1_000_000)
    stream.fill(array, 3)
    const reduced = own.allReduce(stream, array).then(() => 'done')
    own.dispose()
    expect(await reduced).toBe('done')
    await gpu.close()
    expect(usage().devices).toBe(0)
  })
})
