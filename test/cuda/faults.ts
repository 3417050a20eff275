import { comm, type Device, type DeviceArray, load, open, type Stream } from 'heddle/cuda'
import { compileIfPossible } from './compilers.ts'

/** The calls of the CUDA runtime at which a fault can be injected: all that the product knows, which a test checks. */
export const operations = [
  'cudaSetDevice',
  'cudaMalloc',
  'cudaFree',
  'cudaMallocHost',
  'cudaFreeHost',
  'cudaMemGetInfo',
  'cudaStreamCreateWithPriority',
  'cudaStreamDestroy',
  'cudaStreamQuery',
  'cudaStreamWaitEvent',
  'cudaEventCreateWithFlags',
  'cudaEventDestroy',
  'cudaEventRecord',
  'cudaEventQuery',
  'cudaEventElapsedTime',
  'cudaMemcpyAsync',
  'cudaMemsetAsync',
  'histogram',
  'cudaStreamBeginCapture',
  'cudaStreamEndCapture',
  'cudaGraphInstantiate',
  'cudaGraphExecUpdate',
  'cudaGraphLaunch',
  'cudaGraphDestroy',
  'cudaGraphExecDestroy',
  'nvrtcCompileProgram',
  'cudaLibraryLoadData',
  'cudaLibraryUnload',
  'cudaLibraryGetKernel',
  'cudaOccupancyMaxActiveBlocksPerMultiprocessor',
  'cudaLaunchKernelExC',
  'cudaMemcpy2DAsync',
  'cudaMemcpyBatchAsync',
  'cudaMemcpyPeerAsync',
  'cudaDeviceEnablePeerAccess',
  'cudaHostRegister',
  'cudaHostUnregister',
  'cudaMemPoolCreate',
  'cudaMemPoolDestroy',
  'cudaMallocFromPoolAsync',
  'cudaFreeAsync',
  'cudaMemPoolTrimTo',
  'cudaMemPoolGetAttribute',
  'cudaIpcGetMemHandle',
  'cudaIpcOpenMemHandle',
  'cudaIpcCloseMemHandle',
  'cudaIpcGetEventHandle',
  'cudaIpcOpenEventHandle',
  'ncclGetUniqueId',
  'ncclCommInitRankConfig',
  'collective',
] as const

/** Larger than what the host device does at once. */
const length = 200_000

const source = `
  extern "C" __global__ void flip(unsigned n, unsigned char* x) {
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) x[i] = ~x[i];
  }`

/** Everything a device can do, on two streams. Gives how each operation ended; one that never ends is a test that times out. */
export async function useAll(gpu: Device, path: string): Promise<PromiseSettledResult<unknown>[]> {
  const memory = await Promise.allSettled([
    gpu.alloc('u8', length),
    gpu.alloc('u8', length),
    gpu.pinned('u8', length),
    gpu.alloc('u64', 256),
    gpu.alloc('u8', length),
    gpu.alloc('u8', length),
    gpu.alloc('u8', length),
    gpu.alloc('u8', length),
  ])
  const registering = gpu.register(new Uint8Array(length))
  const pooling = gpu.pool({ releaseThreshold: length })
  const more = await Promise.allSettled([
    registering,
    pooling,
    pooling.then((pool) => pool.alloc('u8', length)),
    pooling.then((pool) => pool.memory()),
    pooling.then((pool) => pool.trim()),
  ])
  const [registered, pooled] = [given(more[0]), given(more[2])]
  const [a, b, pinned, counts] = [given(memory[0]), given(memory[1]), given(memory[2]), given(memory[3])]
  // What the second stream and graphs do beside the first has arrays of its own.
  const [c, d, e, f] = memory.slice(4).map((each) => given(each as PromiseSettledResult<DeviceArray<'u8'>>))
  const compiled = await Promise.allSettled([compileIfPossible(gpu, source)])
  const { flip } = given(compiled[0]) ?? {}
  const results: PromiseSettledResult<unknown>[] = [...memory, ...compiled, ...more]
  const streams = [gpu.stream(), gpu.stream()] as [Stream, Stream]
  const [first, second] = streams
  const ordinary = new Uint8Array(length).fill(1)
  const pending: PromiseLike<unknown>[] = [gpu.memory(), load(path, gpu), first.sync()]
  if (a && b && pinned && counts && c && d && e && f) {
    first.fill(counts, 0n)
    pending.push(first.fill(a, 1), first.copy(b, a), first.copy(pinned, b), first.copy(a, ordinary))
    const event = first.record()
    second.wait(event)
    pending.push(second.histogram(counts, a), second.copy(ordinary, a))
    first.wait(second)
    first.copy(a, pinned)
    const [start, end] = [gpu.event({ timing: true }), gpu.event({ timing: true })]
    first.record(start)
    const rows = { pitch: 1000, width: 500, height: 200 }
    pending.push(first.copy2d({ array: b, ...rows }, { array: ordinary, ...rows }))
    pending.push(first.host(() => undefined))
    pending.push(second.copyBatch([{ destination: d, source: c }]))
    first.record(end)
    pending.push(end.elapsedSince(start))
    if (registered !== undefined) pending.push(first.copy(a, registered))
    if (pooled !== undefined) pending.push(second.copy(pooled, d))
    pending.push(useComm(gpu, first, a), usePeer(gpu, first, a), useIpc(gpu, first, a))
    pending.push(useGraph(first, second, e, f), first.sync(), second.sync())
  }
  if (flip && a && c) {
    pending.push(flip.occupancy({ block: 64 }), first.launch(flip, { grid: 10, block: 64 }, length, a))
    second.wait(first).launch(flip, { grid: 1, block: 1 }, length, c)
    flip.library.dispose()
    pending.push(second.sync())
  }
  results.push(...(await Promise.allSettled(pending)))
  for (const array of [a, b, c, d, e, f, pinned, counts, registered, pooled, given(more[1])]) array?.dispose()
  for (const result of results) {
    const value = given(result)
    if (isLoaded(value)) value.bytes.dispose()
  }
  results.push(...(await Promise.allSettled(streams.map((stream) => stream[Symbol.asyncDispose]()))))
  return results
}

/** A group of one, and a reduction in it. */
async function useComm(gpu: Device, stream: Stream, array: DeviceArray<'u8'>) {
  const [own] = await comm([gpu])
  await own?.allReduce(stream, array).then(undefined, (error) => {
    own.dispose()
    throw error
  })
  own?.dispose()
}

/** A copy to another device and back. */
async function usePeer(gpu: Device, stream: Stream, array: DeviceArray<'u8'>) {
  await using peer = await open('host')
  const other = await peer.alloc('u8', array.length)
  const there = stream.copy(other, array)
  const ends = await Promise.allSettled([gpu.canAccessPeer(peer), there, stream.copy(array, other)])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** Memory and an event that are shared, with this process. */
async function useIpc(gpu: Device, stream: Stream, array: DeviceArray<'u8'>) {
  using shared = await gpu.alloc('u8', array.length, { shareable: true })
  using again = await gpu.openIpc(await shared.ipcHandle(), 'u8', array.length)
  using event = await gpu.ipcEvent()
  using other = await gpu.ipcEvent(event.handle)
  await event.record(stream)
  other.wait(stream)
  await stream.copy(again, array)
}

/** A graph over two streams, launched, updated and launched again. */
async function useGraph(first: Stream, second: Stream, a: DeviceArray<'u8'>, b: DeviceArray<'u8'>) {
  const body = (value: number) => () => {
    first.fill(a, value)
    second.wait(first).copy(b, a)
    first.wait(second)
  }
  using graph = await first.capture(body(1))
  const ends = await Promise.allSettled([graph.launch(), graph.update(body(2))])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  await graph.launch(second)
}

function given<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === 'fulfilled' ? result.value : undefined
}

function isLoaded(value: unknown): value is Awaited<ReturnType<typeof load>> {
  return typeof value === 'object' && value !== null && 'stats' in value
}
