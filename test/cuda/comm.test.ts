import {
  type CollectiveGroup,
  type Comm,
  comm,
  commId,
  type Device,
  type DeviceArray,
  type Dtype,
  type Reduction,
  type Stream,
  type StreamOp,
  type TypedArrays,
} from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { collect } from '../fixtures/collect.ts'
import { usage } from '../fixtures/internals.ts'
import { closed, expectCudaError, outOfRange, rejection, thrown, wrongType, wrongValue } from './failures.ts'
import { openHost } from './target.ts'

interface Rank {
  gpu: Device
  stream: Stream
  comm: Comm
}

/** So many host devices, joined to a group, with a stream each. */
async function ranks(size: number, timeout?: number): Promise<Rank[]> {
  return joined(await Promise.all(Array.from({ length: size }, () => openHost())), timeout)
}

async function joined(devices: readonly Device[], timeout = 20_000): Promise<Rank[]> {
  const comms = await comm(devices, { timeout })
  return devices.map((gpu, rank) => ({ gpu, stream: gpu.stream(), comm: comms[rank] as Comm }))
}

async function filled<D extends Dtype>(
  { gpu, stream }: Rank,
  dtype: D,
  values: TypedArrays[D],
): Promise<DeviceArray<D>> {
  const array = await gpu.alloc(dtype, values.length)
  await stream.copy(array, values)
  return array
}

async function read<D extends Dtype>({ stream }: Rank, array: DeviceArray<D>, into: TypedArrays[D]) {
  await stream.copy(into, array)
  return [...(into as Iterable<number | bigint>)]
}

describe('a body that disposes of what it uses', () => {
  it('an array: nothing is submitted, and the group goes on', async () => {
    const [a, b] = (await ranks(2)) as [Rank, Rank]
    const [x, y] = await Promise.all([a, b].map((rank) => filled(rank, 'i32', Int32Array.of(1, 2))))
    const gone = await a.gpu.alloc('i32', 1024)
    const error = thrown(() =>
      a.comm.group(a.stream, (group) => {
        group.allReduce(gone)
        gone.dispose()
      }),
    )
    expect(error).toMatchObject({ name: 'HeddleError', code: 'ERR_HEDDLE_DISPOSED' })
    void a.comm.allReduce(a.stream, x as DeviceArray<'i32'>)
    await b.comm.allReduce(b.stream, y as DeviceArray<'i32'>)
    expect(await read(a, x as DeviceArray<'i32'>, new Int32Array(2))).toEqual([2, 4])
  })

  it('the group: it is closed', async () => {
    const [a] = (await ranks(1)) as [Rank]
    const x = await filled(a, 'i32', Int32Array.of(1))
    const error = thrown(() =>
      a.comm.group(a.stream, (group) => {
        group.allReduce(x)
        a.comm.dispose()
      }),
    )
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_CLOSED' })
  })

  it('the device: it is closed', async () => {
    const [a] = (await ranks(1)) as [Rank]
    const x = await filled(a, 'i32', Int32Array.of(1))
    const error = thrown(() =>
      a.comm.group(a.stream, (group) => {
        group.allReduce(x)
        void a.gpu.close()
      }),
    )
    expectCudaError(error, closed)
  })
})

describe('host devices of one process', () => {
  it.each([1, 2, 3, 5])('reduce over %i ranks', async (size) => {
    const group = await ranks(size)
    const expected: Record<Reduction, number> = { sum: 0, product: 1, max: 0, min: 100, average: 0 }
    for (let i = 0; i < size; ++i) {
      expected.sum += i + 1
      expected.product *= i + 1
      expected.max = Math.max(expected.max, i + 1)
      expected.min = Math.min(expected.min, i + 1)
    }
    expected.average = expected.sum / size
    for (const op of Object.keys(expected) as Reduction[]) {
      const sources = await Promise.all(
        group.map((one, rank) => filled(one, 'f32', new Float32Array(10_000).fill(rank + 1))),
      )
      await Promise.all(
        group.map((one, rank) =>
          one.comm.allReduce(one.stream, sources[rank] as DeviceArray<'f32'>, undefined, { op }),
        ),
      )
      for (const [rank, one] of group.entries()) {
        const seen = await read(one, sources[rank] as DeviceArray<'f32'>, new Float32Array(10_000))
        expect(
          seen.every((value) => value === expected[op]),
          `${op} on rank ${rank}`,
        ).toBe(true)
      }
    }
  })

  it.each([
    ['i8', Int8Array.of(-3, 100), Int8Array.of(5, 100), [2, -56]],
    ['u8', Uint8Array.of(3, 200), Uint8Array.of(5, 100), [8, 44]],
    ['i32', Int32Array.of(-7), Int32Array.of(9), [2]],
    ['u32', Uint32Array.of(2 ** 32 - 1), Uint32Array.of(2), [1]],
    ['i64', BigInt64Array.of(-5n), BigInt64Array.of(2n ** 40n), [2n ** 40n - 5n]],
    ['u64', BigUint64Array.of(5n), BigUint64Array.of(2n ** 63n), [2n ** 63n + 5n]],
    ['f64', Float64Array.of(0.5), Float64Array.of(1e300), [1e300]],
    // 1.5 + 2.25 = 3.75, and 65504 + 65504 is infinity.
    ['f16', Uint16Array.of(0x3e00, 0x7bff), Uint16Array.of(0x4080, 0x7bff), [0x4380, 0x7c00]],
    ['bf16', Uint16Array.of(0x3fc0), Uint16Array.of(0x4010), [0x4070]],
  ] as const)('reduce %s', async (dtype, first, second, sum) => {
    const group = await ranks(2)
    const [a, b] = group as [Rank, Rank]
    const x = await filled(a, dtype, first as never)
    const y = await filled(b, dtype, second as never)
    await Promise.all([a.comm.allReduce(a.stream, x), b.comm.allReduce(b.stream, y)])
    expect(await read(a, x, first.slice() as never)).toEqual(sum)
    expect(await read(b, y, first.slice() as never)).toEqual(sum)
  })

  it('broadcast, gather and scatter', async () => {
    const size = 3
    const group = await ranks(size)
    await Promise.all(
      group.map(async (one, rank) => {
        const array = await filled(one, 'i32', Int32Array.of(rank, 10 * rank))
        const all = await one.gpu.alloc('i32', 2 * size)
        const part = await one.gpu.alloc('i32', 2)
        one.comm.allGather(one.stream, all, array)
        one.comm.reduceScatter(one.stream, part, all)
        one.comm.broadcast(one.stream, array, 1)
        await one.stream.sync()
        expect(await read(one, all, new Int32Array(2 * size))).toEqual([0, 0, 1, 10, 2, 20])
        expect(await read(one, part, new Int32Array(2))).toEqual([3 * rank, 30 * rank])
        expect(await read(one, array, new Int32Array(2))).toEqual([1, 10])
      }),
    )
  })

  it('gather and scatter in place', async () => {
    const group = await ranks(2)
    await Promise.all(
      group.map(async (one, rank) => {
        const all = await filled(one, 'u32', Uint32Array.of(1, 2, 3, 4))
        one.comm.reduceScatter(one.stream, all.slice(2 * rank, 2 * rank + 2), all, { op: 'sum' })
        one.comm.allGather(one.stream, all, all.slice(2 * rank, 2 * rank + 2))
        expect(await read(one, all, new Uint32Array(4))).toEqual([2, 4, 6, 8])
      }),
    )
  })

  it('send in a ring, as a group', async () => {
    const size = 4
    const group = await ranks(size)
    await Promise.all(
      group.map(async (one, rank) => {
        const mine = await filled(one, 'u8', new Uint8Array(100_000).fill(rank))
        const other = await one.gpu.alloc('u8', 100_000)
        await one.comm.group(one.stream, (g) =>
          g.send(mine, (rank + 1) % size).receive(other, (rank + size - 1) % size),
        )
        expect((await read(one, other, new Uint8Array(100_000)))[99_999]).toBe((rank + size - 1) % size)
      }),
    )
  })

  it('keep their order whatever their streams, and wait for none of the others', async () => {
    const [a, b] = (await ranks(2)) as [Rank, Rank]
    const [left, right] = [a.gpu.stream(), b.gpu.stream()]
    const x = await Promise.all([1, 2].map((n) => filled(a, 'u32', Uint32Array.of(n))))
    const y = await Promise.all([10, 20].map((n) => filled(b, 'u32', Uint32Array.of(n))))
    // The same two reductions, on two streams each; one of b's comes late.
    a.comm.allReduce(a.stream, x[0] as DeviceArray)
    a.comm.allReduce(left, x[1] as DeviceArray)
    const busy = await b.gpu.alloc('u8', 4 << 20)
    b.stream.fill(busy, 1)
    b.comm.allReduce(b.stream, y[0] as DeviceArray)
    b.comm.allReduce(right, y[1] as DeviceArray)
    await Promise.all([a.stream.sync(), left.sync(), b.stream.sync(), right.sync()])
    expect(await read(a, x[0] as DeviceArray<'u32'>, new Uint32Array(1))).toEqual([11])
    expect(await read(b, y[1] as DeviceArray<'u32'>, new Uint32Array(1))).toEqual([22])
  })

  it('go in the order of their calls, also when a stream is held up', async () => {
    const [a, b] = (await joined([await openHost({ stagePageable: true }), await openHost()])) as [Rank, Rank]
    const other = a.gpu.stream()
    const large = await a.gpu.alloc('u8', 16 << 20)
    const x = await Promise.all([1, 2].map((n) => filled(a, 'u32', Uint32Array.of(n))))
    const y = await Promise.all([10, 20].map((n) => filled(b, 'u32', Uint32Array.of(n))))
    // It is staged, piece by piece, before the stream gets to the first reduction.
    a.stream.copy(large, new Uint8Array(16 << 20))
    a.comm.allReduce(a.stream, x[0] as DeviceArray)
    a.comm.allReduce(other, x[1] as DeviceArray)
    for (const array of y) b.comm.allReduce(b.stream, array)
    await Promise.all([a.stream.sync(), other.sync(), b.stream.sync()])
    expect(await read(b, y[0] as DeviceArray<'u32'>, new Uint32Array(1))).toEqual([11])
    expect(await read(a, x[1] as DeviceArray<'u32'>, new Uint32Array(1))).toEqual([22])
  })

  it('leave the other streams of their device free while they wait', async () => {
    const [a, b] = (await ranks(2)) as [Rank, Rank]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const y = await filled(b, 'u32', Uint32Array.of(4))
    const beside = await a.gpu.alloc('u8', 4 << 20)
    const reduced = a.comm.allReduce(a.stream, x).then(() => undefined)
    await a.gpu.stream().fill(beside, 7)
    expect(a.stream.query()).toBe(false)
    await b.comm.allReduce(b.stream, y)
    await reduced
  })

  it('memory lives until the operation is done', async () => {
    const [a, b] = (await ranks(2)) as [Rank, Rank]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const y = await filled(b, 'u32', Uint32Array.of(4))
    const reduced = a.comm.allReduce(a.stream, x).then(() => undefined)
    x.dispose()
    a.comm.dispose()
    await b.comm.allReduce(b.stream, y)
    await reduced
    expect(await read(b, y, new Uint32Array(1))).toEqual([7])
  })
})

describe('a rank that is missing is an error and never a hang', () => {
  const timedOut = { code: 'heddleErrorCollectiveTimeout' }

  it('when the group is opened', async () => {
    const gpu = await openHost()
    const id = await commId(gpu)
    const before = usage().comms
    const error = await rejection(comm(gpu, { id, rank: 0, size: 2, timeout: 20 }))
    expectCudaError(error, timedOut)
    expect((error as Error).message).toContain('rank=0 size=2')
    // Those of other tests may be collected meanwhile.
    expect(usage().comms).toBeLessThanOrEqual(before)
    await gpu.stream().sync()
  })

  it('when an operation waits for it; what follows on the stream goes on', async () => {
    const [a, b] = (await ranks(2, 50)) as [Rank, Rank]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const reduced = a.comm.allReduce(a.stream, x)
    const after = a.stream.fill(x, 9)
    expectCudaError(await rejection(reduced), timedOut)
    await after
    expect(await read(a, x, new Uint32Array(1))).toEqual([9])
    // The group is broken, for the other too.
    expectCudaError(await rejection(a.comm.allReduce(a.stream, x)), timedOut)
    const y = await filled(b, 'u32', Uint32Array.of(4))
    const error = await rejection(b.comm.allReduce(b.stream, y))
    expect(error).toMatchObject({ code: expect.stringMatching(/^heddleErrorCollective(Remote|Timeout)$/) })
  })

  it('when it leaves, closes, dies or aborts', async () => {
    const ways: ((rank: Rank) => unknown)[] = [
      ({ comm: own }) => own.dispose(),
      ({ comm: own }) => own.abort(),
      ({ gpu }) => gpu.close(),
      async ({ gpu, stream }) => stream.fill(await gpu.alloc('u8', 1), 1).then(undefined, () => undefined),
    ]
    const dies = { operation: 'cudaMemsetAsync', kind: 'sticky', at: 1 } as const
    for (const way of ways) {
      const devices = [await openHost(), await openHost(), await openHost({ faults: [dies] })]
      const [a, b, c] = (await joined(devices)) as [Rank, Rank, Rank]
      const x = await filled(a, 'u32', Uint32Array.of(3))
      const y = await filled(b, 'u32', Uint32Array.of(3))
      const ends = [a.comm.allReduce(a.stream, x), b.comm.send(b.stream, y, 2)].map(rejection)
      await Promise.resolve()
      way(c)
      for (const error of await Promise.all(ends))
        expectCudaError(error, { code: 'heddleErrorCollectiveRemote', operation: 'collective' })
    }
  })

  it('when its own operation is aborted', async () => {
    const [a] = (await ranks(2)) as [Rank, Rank]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const reduced = rejection(a.comm.allReduce(a.stream, x))
    a.comm.abort()
    expectCudaError(await reduced, { code: 'heddleErrorCollectiveAborted' })
    expectCudaError(await rejection(a.comm.allReduce(a.stream, x)), { code: 'heddleErrorCollectiveAborted' })
  })

  it.each<
    [string, (a: Rank, x: DeviceArray<'u32'>) => StreamOp, (b: Rank, y: DeviceArray) => StreamOp, string]
  >([
    [
      'sizes',
      (a, x) => a.comm.allReduce(a.stream, x),
      (b, y) => b.comm.allReduce(b.stream, y.reinterpret('u32')),
      'rank 0: all-reduce of 1 u32, sum; rank 1: all-reduce of 2 u32, sum',
    ],
    [
      'dtypes',
      (a, x) => a.comm.allReduce(a.stream, x),
      (b, y) => b.comm.allReduce(b.stream, y.slice(0, 4).reinterpret('f32')),
      'rank 0: all-reduce of 1 u32, sum; rank 1: all-reduce of 1 f32, sum',
    ],
    [
      'operations',
      (a, x) => a.comm.broadcast(a.stream, x),
      (b, y) => b.comm.allReduce(b.stream, y, y, { op: 'max' }),
      'rank 0: broadcast of 1 u32 from rank 0; rank 1: all-reduce of 8 u8, max',
    ],
    [
      'messages',
      (a, x) => a.comm.send(a.stream, x, 1),
      (b, y) => b.comm.receive(b.stream, y, 0),
      'rank 0: send of 1 u32 to rank 1; rank 1: receive of 8 u8 from rank 0',
    ],
  ])('when ranks do not agree on %s', async (_what, first, second, told) => {
    const [a, b] = (await ranks(2)) as [Rank, Rank]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const y = await filled(b, 'u8', new Uint8Array(8))
    for (const error of await Promise.all([first(a, x), second(b, y)].map(rejection))) {
      expectCudaError(error, { code: 'heddleErrorCollectiveMismatch', operation: 'collective' })
      expect((error as Error).message).toContain(told)
    }
  })

  it('when an operation can not even be begun', async () => {
    const noStream = { operation: 'cudaStreamCreateWithPriority', kind: 'fail', at: 2 } as const
    const [a, b] = (await joined([await openHost({ faults: [noStream] }), await openHost()])) as [Rank, Rank]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const y = await filled(b, 'u32', Uint32Array.of(4))
    const lost = rejection(b.comm.allReduce(b.stream, y))
    const error = await rejection(a.comm.allReduce(a.gpu.stream(), x))
    expectCudaError(error, { operation: 'cudaStreamCreateWithPriority' })
    // The next would meet the peer's first.
    expectCudaError(await rejection(a.comm.allReduce(a.stream, x)), { code: 'heddleErrorCollectiveAborted' })
    expectCudaError(await lost, { code: 'heddleErrorCollectiveRemote' })
  })

  it('when its device is closed with operations in flight', async () => {
    const [a, b] = (await joined([await openHost({}, { closeTimeout: 50 }), await openHost()])) as [
      Rank,
      Rank,
    ]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const y = await filled(b, 'u32', Uint32Array.of(4))
    const reduced = rejection(a.comm.allReduce(a.stream, x))
    await a.gpu.close()
    expectCudaError(await reduced, { code: 'heddleErrorDeviceClosed' })
    expect(thrown(() => a.comm.allReduce(a.stream, x))).toMatchObject(closed)
    expectCudaError(await rejection(b.comm.allReduce(b.stream, y)), { code: 'heddleErrorCollectiveRemote' })
  })

  it('a device that closes lets what its peers still come to finish', async () => {
    const [a, b] = (await ranks(2)) as [Rank, Rank]
    const x = await filled(a, 'u32', Uint32Array.of(3))
    const y = await filled(b, 'u32', Uint32Array.of(4))
    const reduced = a.comm.allReduce(a.stream, x).then(() => undefined)
    const closing = a.gpu.close()
    await b.comm.allReduce(b.stream, y)
    await Promise.all([reduced, closing])
    expect(await read(b, y, new Uint32Array(1))).toEqual([7])
  })
})

describe('what a group takes', () => {
  it('checks its arguments at the call', async () => {
    const [{ gpu, stream, comm: own }, other] = (await ranks(2)) as [Rank, Rank]
    const [f32, u16] = [await gpu.alloc('f32', 4), await gpu.alloc('u16', 4)]
    const foreign = await other.gpu.alloc('f32', 4)
    const cases: [() => unknown, object][] = [
      [() => own.allReduce(stream, f32, f32.slice(1)), outOfRange],
      [() => own.allReduce(stream, f32, undefined, { op: 'xor' as Reduction }), wrongValue],
      [() => own.allReduce(stream, u16), wrongValue],
      [() => own.allReduce(stream, foreign), { name: 'HeddleError' }],
      [() => own.allReduce(other.stream, f32), wrongType],
      [() => own.allReduce(5 as unknown as Stream, f32), wrongType],
      [() => own.allGather(stream, f32, f32), outOfRange],
      [() => own.reduceScatter(stream, f32, f32), outOfRange],
      [() => own.broadcast(stream, f32, 2), outOfRange],
      [() => own.send(stream, f32, -1), outOfRange],
      [() => own.group(stream, 5 as unknown as () => void), wrongType],
      [
        () => stream.capture(() => own.allReduce(stream, f32)),
        { name: 'CaptureError', code: 'ERR_HEDDLE_CAPTURE', operation: 'comm.allReduce' },
      ],
      [() => comm(gpu, { id: new Uint8Array(5), rank: 0, size: 1 }), wrongValue],
      [() => comm(gpu, { id: new Uint8Array(128), rank: 1, size: 1 }), outOfRange],
      [() => comm([]), wrongType],
      [() => commId(5 as unknown as Device), wrongType],
    ]
    for (const [call, error] of cases) expect(thrown(call), call.toString()).toMatchObject(error)
    let taken: CollectiveGroup | undefined
    own.group(stream, (g) => {
      taken = g
    })
    expect(thrown(() => taken?.send(f32, 0))).toMatchObject({ code: 'ERR_HEDDLE_CLOSED' })
    own.dispose()
    expect(thrown(() => own.allReduce(stream, f32))).toMatchObject({ code: 'ERR_HEDDLE_CLOSED' })
  })

  it('a rank that is taken is refused', async () => {
    const [gpu, other] = [await openHost(), await openHost()]
    const id = await commId(gpu)
    // Whichever comes second; the other waits until its device closes.
    const ends = [gpu, other].map((one) => rejection(comm(one, { id, rank: 0, size: 2 })))
    const error = await Promise.race(ends)
    expectCudaError(error, { code: 'cudaErrorInvalidValue', operation: 'ncclCommInitRankConfig' })
    await Promise.all([gpu.close(), other.close(), ...ends])
  })

  it('one that is collected leaves the group', async () => {
    const gpu = await openHost()
    const before = usage().comms
    await (async () => {
      await comm([gpu])
    })()
    while (usage().comms > before) await collect()
  })
})
