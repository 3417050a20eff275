// What the types of heddle/cuda infer and refuse. Checked by `npm run types`; never run.
import {
  type Availability,
  type Comm,
  type CudaError,
  comm,
  commId,
  type Device,
  DeviceArray,
  type DeviceInfo,
  type DLPackTensor,
  type Dtype,
  type ElementOf,
  type Event,
  type Graph,
  type IpcEvent,
  type Loaded,
  load,
  open,
  type PinnedArray,
  range,
  type Span,
  type Stream,
  type StreamOp,
} from 'heddle/cuda'
import type { Equal } from './equal.ts'

function same<A, B>(_: Equal<A, B>): void {}

export async function arrays(gpu: Device, dtype: Dtype): Promise<void> {
  const floats = await gpu.alloc('f32', 10)
  same<typeof floats, DeviceArray<'f32'>>(true)
  same<typeof floats.dtype, 'f32'>(true)
  const pinned = await gpu.pinned('u64', 10)
  same<typeof pinned, PinnedArray<'u64'>>(true)
  same<typeof pinned.array, BigUint64Array>(true)
  same<(typeof pinned.array)[0], bigint>(true)
  const half = await gpu.pinned('f16', 10)
  same<typeof half.array, Uint16Array>(true)
  const slice = floats.slice(1, 2)
  same<typeof slice, DeviceArray<'f32'>>(true)
  const part = pinned.slice(1)
  same<typeof part, PinnedArray<'u64'>>(true)
  const some = await gpu.alloc(dtype, 10)
  same<typeof some, DeviceArray<Dtype>>(true)

  // @ts-expect-error no such dtype
  await gpu.alloc('float32', 10)
  // @ts-expect-error a length is a number
  await gpu.alloc('f32', '10')
  // @ts-expect-error and is needed
  await gpu.alloc('f32')
  // @ts-expect-error nothing of an array can be changed
  floats.length = 3
  // @ts-expect-error device memory can't be seen
  floats.array[0]
  // @ts-expect-error arrays are made by devices
  new DeviceArray('f32', 10)
  using disposed = floats
  same<typeof disposed, DeviceArray<'f32'>>(true)
}

export async function elements(stream: Stream, gpu: Device): Promise<void> {
  same<ElementOf<'u64'>, bigint>(true)
  same<ElementOf<'i64'>, bigint>(true)
  same<ElementOf<'f16' | 'u8'>, number>(true)
  const numbers = await gpu.alloc('i16', 10)
  const bigints = await gpu.alloc('u64', 10)
  stream.fill(numbers, 1)
  stream.fill(bigints, 1n)
  // @ts-expect-error a number is no bigint
  stream.fill(bigints, 1)
  // @ts-expect-error a bigint is no number
  stream.fill(numbers, 1n)
  // @ts-expect-error pinned memory is filled by JavaScript
  stream.fill(await gpu.pinned('u8', 10), 1)
  // @ts-expect-error and so are typed arrays
  stream.fill(new Uint8Array(10), 1)
}

export async function copies(stream: Stream, gpu: Device): Promise<void> {
  const device = await gpu.alloc('f32', 10)
  const pinned = await gpu.pinned('f32', 10)
  const spans: Span[] = [
    device,
    pinned,
    new Float32Array(10),
    Buffer.alloc(40),
    new DataView(new ArrayBuffer(40)),
  ]
  const shared: Span = new Uint8Array(new SharedArrayBuffer(4))
  for (const span of spans) stream.copy(span, shared)
  const { signal } = new AbortController()
  stream.copy(device, pinned, { signal })
  stream.copy(device, pinned, { signal: undefined })
  // @ts-expect-error a buffer is no view
  stream.copy(device, new ArrayBuffer(40))
  // @ts-expect-error nor is an array
  stream.copy(device, [1, 2, 3])
  // @ts-expect-error no such option
  stream.copy(device, pinned, { timeout: 1 })
}

export async function histograms(stream: Stream, gpu: Device): Promise<void> {
  const counts = await gpu.alloc('u64', 256)
  const bytes = await gpu.alloc('u8', 10)
  stream.histogram(counts, bytes)
  stream.histogram(counts, bytes.slice(1))
  // @ts-expect-error the counters come first
  stream.histogram(bytes, counts)
  // @ts-expect-error counters have 64 bits
  stream.histogram(await gpu.alloc('u32', 256), bytes)
  // @ts-expect-error only bytes are counted
  stream.histogram(counts, await gpu.alloc('i8', 10))
  // @ts-expect-error in device memory
  stream.histogram(counts, await gpu.pinned('u8', 10))
}

export async function operations(stream: Stream, array: DeviceArray<'u8'>): Promise<void> {
  const operation = stream.fill(array, 1)
  same<typeof operation, StreamOp>(true)
  const like: PromiseLike<void> = operation
  same<Awaited<typeof operation>, void>(true)
  const next = operation.then(() => 7)
  same<typeof next, Promise<number>>(true)
  await Promise.all([operation, like, stream.sync()])
  // @ts-expect-error it is no Promise, since it is lazy
  const promise: Promise<void> = operation
  await promise
}

export async function streams(gpu: Device, other: Stream): Promise<void> {
  const stream = gpu.stream({ priority: 'high', label: 'copies' })
  const event = stream.record()
  same<typeof event, Event>(true)
  const chained = stream.wait(event).wait(other)
  same<typeof chained, Stream>(true)
  same<typeof event.done, boolean>(true)
  // @ts-expect-error no such priority
  gpu.stream({ priority: 'urgent' })
  // @ts-expect-error a device is nothing to wait for
  stream.wait(gpu)
  await using owned = stream
  same<typeof owned, Stream>(true)
}

export async function devices(availability: Availability): Promise<void> {
  await using gpu = await open('host', {
    watchdog: 10,
    host: { memoryLimit: 1, stagePageable: true, faults: [{ operation: 'cudaMalloc', kind: 'fail', at: 2 }] },
  })
  same<typeof gpu, Device>(true)
  same<DeviceInfo['id'], number | 'host'>(true)
  same<typeof gpu.lost, Promise<CudaError>>(true)
  if (availability.reason !== undefined) {
    const { reason } = availability
    same<typeof reason, 'not-built' | 'no-driver' | 'old-driver' | 'no-device' | 'permission'>(true)
  }
  // @ts-expect-error no such device
  await open('gpu')
  // @ts-expect-error no such kind
  await open('host', { host: { faults: [{ operation: 'cudaMalloc', kind: 'crash' }] } })
}

export async function loads(gpu: Device): Promise<void> {
  const loaded = await load(new URL('file:///x'), gpu, {
    onProgress: ({ bytes, total }) => same<[typeof bytes, typeof total], [number, number]>(true),
  })
  same<typeof loaded, Loaded>(true)
  same<typeof loaded.bytes, DeviceArray<'u8'>>(true)
  // @ts-expect-error a file has a path
  await load(7, gpu)
  // @ts-expect-error and goes to a device
  await load('x', 'host')
}

export async function interop(gpu: Device, stream: Stream): Promise<void> {
  const array = await gpu.alloc('f32', 4)
  const tensor = array.dlpack()
  same<typeof tensor, DLPackTensor>(true)
  const wrapped = gpu.wrap(tensor, { release: () => undefined })
  same<typeof wrapped, DeviceArray<Dtype>>(true)
  const address = array.pointer
  same<typeof address, bigint>(true)
  same<Awaited<ReturnType<Stream['handle']>>, bigint>(true)
  void stream.handle()
  // @ts-expect-error: an address is a bigint
  gpu.wrap({ ...tensor, data: 5 })
  const answer = range('step', async () => 42)
  same<typeof answer, Promise<number>>(true)
}

export async function graphs(stream: Stream, array: DeviceArray<'f32'>): Promise<void> {
  const graph = await stream.capture((s) => s.fill(array, 1))
  same<typeof graph, Graph>(true)
  const launched = graph.launch(stream)
  same<typeof launched, StreamOp>(true)
  await graph.update((s) => {
    // @ts-expect-error: the dtype decides what fills an array
    s.fill(array, 1n)
  })
}

export async function collectives(gpu: Device, stream: Stream, array: DeviceArray<'f32'>): Promise<void> {
  const group = await comm([gpu, gpu])
  same<typeof group, Comm[]>(true)
  const own = await comm(gpu, { id: await commId(gpu), rank: 0, size: 1, timeout: 100 })
  same<typeof own, Comm>(true)
  const reduced = own.allReduce(stream, array, array, { op: 'max' })
  same<typeof reduced, StreamOp>(true)
  own.group(stream, (g) => g.send(array, 1).receive(array, 1))
  // @ts-expect-error: a reduction that there is not
  own.allReduce(stream, array, array, { op: 'xor' })
  // @ts-expect-error: a rank needs the group's id
  await comm(gpu, { rank: 0, size: 1 })
}

export async function otherProcesses(gpu: Device, stream: Stream, array: DeviceArray<'f32'>): Promise<void> {
  const opened = await gpu.openIpc(await array.ipcHandle(), 'f32', array.length)
  same<typeof opened, DeviceArray<'f32'>>(true)
  const event = await gpu.ipcEvent()
  same<typeof event, IpcEvent>(true)
  await event.record(stream)
  // @ts-expect-error: a handle is bytes
  await gpu.openIpc('handle', 'f32', 1)
}
