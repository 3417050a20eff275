import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Availability } from './cuda/availability.js'
import type { LaunchLimits } from './cuda/device-info.js'
import { LoadError } from './errors.js'
import type { RuntimeMetrics } from './metrics.js'

/** What the addon exports. Private to this package: everything is checked before it gets there. */
export interface Addon {
  start(settle: (count: number) => void): SharedArrays
  drain(): void
  leave(): void
  readNow(): boolean
  keepAlive(): void
  deliveries(): number
  usage(): Record<
    | 'requests'
    | 'timers'
    | 'memory'
    | 'descriptors'
    | 'sockets'
    | 'devices'
    | 'streams'
    | 'events'
    | 'graphs'
    | 'libraries'
    | 'comms'
    | 'httpResponses'
    | 'idleConnections',
    number
  >
  metrics(): RuntimeMetrics
  capabilities(): { kernel: string; io: { backend: 'uring' | 'fallback'; reason: string } }
  addBuffer(buffer: ArrayBufferLike, capacity: number): number
  alignedBuffer(bytes: number): ArrayBuffer | undefined
  preferLargePages(buffer: ArrayBuffer): void
  open(id: number, path: string | Uint8Array, flags: number, mode: number): void
  stat(
    id: number,
    path: string | Uint8Array,
    followLinks: boolean,
    memory: number,
    offset: number,
    wholeNumbers: boolean,
  ): void
  pathCall(
    id: number,
    call: number,
    path: string | Uint8Array,
    second: string | Uint8Array,
    fd: number,
    flags: number,
    mode: number,
    x: number,
    y: number,
  ): void
  takeBytes(id: number): Buffer
  receiveBuffers(): ArrayBuffer
  renewArrivalPage(page: ArrayBuffer): void
  recoverArrival(start: number, bytes: number): Buffer
  listen(
    host: string | Uint8Array,
    port: number,
    backlog: number,
    reusePort: boolean,
    ipv6Only: boolean,
  ): number
  connect(
    id: number,
    host: string | Uint8Array,
    port: number,
    localHost: string | undefined,
    localPort: number,
  ): void
  send(socket: number, bytes: Uint8Array): number
  setNoDelay(socket: number, on: boolean): number
  setKeepAlive(socket: number, on: boolean, seconds: number): number
  socketAddress(endpoint: number, peer: boolean): [family: 0 | 4 | 6, host: string, port: number] | undefined
  datagramBuffers(): ArrayBuffer
  bindDatagrams(
    host: string,
    port: number,
    reuseAddress: boolean,
    reusePort: boolean,
    ipv6Only: boolean,
    receiveBuffer: number,
    sendBuffer: number,
  ): number
  connectDatagrams(socket: number, host: string | undefined, port: number): number
  sendDatagram(socket: number, bytes: Uint8Array, host: string | undefined, port: number): number
  queueDatagram(
    id: number,
    socket: number,
    memory: number,
    offset: number,
    bytes: number,
    host: string | undefined,
    port: number,
  ): void
  setDatagramOption(socket: number, option: number, value: number): number
  setMembership(socket: number, group: string, by: string | undefined, member: boolean): number
  droppedDatagrams(socket: number): number
  vectored(id: number, fd: number, reads: boolean, position: number, parts: Float64Array): void
  discover(id: number): void
  availability(): Availability
  devices(): NativeDeviceInfo[]
  openDevice(id: number, lostId: number, options: NativeOpenOptions): void
  closeDevice(id: number, device: number): void
  deviceInfo(device: number): NativeDeviceInfo | undefined
  driverCalls(): string[]
  allocate(id: number, device: number, bytes: number, shareable: boolean): void
  allocatePinned(id: number, device: number, bytes: number, writeCombined: boolean): void
  allocateFrom(id: number, pool: number, bytes: number): void
  registerMemory(
    id: number,
    device: number,
    buffer: ArrayBufferLike,
    byteOffset: number,
    bytes: number,
  ): boolean
  memoryInfo(id: number, device: number): void
  trimDevice(id: number, device: number, keep: number): void
  makePool(id: number, device: number, limit: number, releaseThreshold: number): void
  trimPool(id: number, pool: number, keep: number): void
  poolInfo(id: number, pool: number): void
  dropPool(pool: number): void
  streamIdle(stream: number): boolean
  elapsed(id: number, from: number, to: number): void
  enablePeer(id: number, device: number, peer: number): void
  waitForPeer(stream: number, event: number): void
  copyPeer(
    stream: number,
    destination: number,
    destinationOffset: number,
    source: number,
    sourceOffset: number,
    bytes: number,
    peer: number,
    destinationIsPeer: boolean,
  ): boolean
  copyBatch(stream: number, numbers: Float64Array): boolean
  copyRows(
    stream: number,
    destination: number,
    destinationOffset: number,
    destinationBytes: number,
    destinationPitch: number,
    source: number,
    sourceOffset: number,
    sourceBytes: number,
    sourcePitch: number,
    width: number,
    rows: number,
  ): boolean
  hostCall(id: number, stream: number, call: number): void
  hostReturned(call: number, threw: boolean): void
  stream(device: number, priority: number, label: string): number
  event(device: number, timing: boolean): number
  eventDone(event: number): boolean
  streamHandle(id: number, stream: number): void
  memoryAddress(memory: number): bigint
  wrapMemory(releasedId: number, address: bigint, bytes: number): number
  beginCapture(stream: number): void
  joinCapture(stream: number): void
  cancelCapture(): void
  endCapture(id: number, graph: number): void
  launchGraph(stream: number, graph: number): void
  dropGraph(graph: number): void
  shareMemory(id: number, device: number, memory: number): void
  openMemory(id: number, device: number, handle: Uint8Array, bytes: number): void
  ipcEvent(id: number, device: number, handle: Uint8Array | undefined): void
  recordIpc(id: number, stream: number, event: number): void
  waitIpc(stream: number, event: number): void
  dropIpcEvent(event: number): void
  commId(id: number, device: number): void
  openComm(id: number, device: number, name: Uint8Array, rank: number, size: number, timeout: number): void
  collective(stream: number, comm: number, operations: Float64Array): boolean
  abortComm(comm: number): void
  dropComm(comm: number): void
  startRange(name: string): bigint
  endRange(range: bigint): void
  load(
    id: number,
    device: number,
    path: string | Uint8Array,
    chunkBytes: number,
    depth: number,
    progress: boolean,
  ): void
  takeDetail(id: number): unknown
  compile(id: number, device: number, request: NativeCompileRequest): void
  loadLibrary(id: number, device: number, image: Uint8Array): void
  kernel(id: number, library: number, name: string): void
  occupancy(id: number, kernel: number, blockThreads: number, sharedBytes: number): void
  openHttpClient(connections: number, idleMilliseconds: number): number
  closeHttpClient(client: number): void
  httpRequest(
    id: number,
    client: number,
    host: string,
    port: number,
    authority: string,
    method: string,
    target: string,
    fields: string,
    headerBytes: number,
    bodyBytes: number,
    timeout: number,
    bodyMemory: number,
    bodyOffset: number,
    bodyLength: number,
  ): void
  takeHttpDetail(id: number): NativeHttpHead | NativeHttpFailure | undefined
  hostBuffer(memory: number, bytes: number): ArrayBuffer
  detach(buffer: ArrayBuffer): void
  startTrace(): void
  stopTrace(): {
    lanes: string[]
    spans: [lane: number, name: string, start: number, end: number, bytes: number][]
  }
}

/** As binding/device_calls.cpp gives it. */
export interface NativeDeviceInfo {
  ordinal: number
  host: boolean
  name: string
  computeMajor: number
  computeMinor: number
  multiprocessors: number
  memory: number
  pciBusId: string
  pciGigatransfers: number
  pciLanes: number
  uuid: string
  clockMegahertz: number
  warpSize: number
  copyEngines: number
  l2Bytes: number
  limits: LaunchLimits
}

/** As binding/http_calls.cpp gives it. */
export interface NativeHttpHead {
  status: number
  statusText: string
  /** `Name: value\n` each. */
  fields: string
  /** -1 where the server did not say. */
  length: number
  /** Where the whole body came with the head. */
  body?: Uint8Array<ArrayBuffer>
}

/** As binding/http_calls.cpp gives it. A failed system call has `errno` and `syscall`, everything else a `code`. */
export interface NativeHttpFailure {
  code: string
  message: string
  errno: number
  syscall: string
  address: string
  port: number
}

/** As binding/device_options.cpp takes it; milliseconds and bytes. */
export interface NativeOpenOptions {
  ordinal?: number
  watchdog?: number
  closeTimeout?: number
  memoryLimit?: number
  stagePageable?: boolean
  faults?: readonly object[]
}

/** As binding/kernel_calls.cpp takes it. */
export interface NativeCompileRequest {
  source: string
  name: string
  options: readonly string[]
  headers: readonly { name: string; text: string }[]
  /** A folder; empty for none. */
  cache: string
  /** A path; empty for the one that is found. */
  compiler: string
  /** The folder of device_language.hpp. */
  language: string
}

/** The memory in which operations and their results cross; see native/bridge/layout.hpp. */
export interface SharedArrays {
  control: ArrayBuffer
  submissions: ArrayBuffer
  replies: ArrayBuffer
  arguments: ArrayBuffer
  submissionBytes: number
  replyBytes: number
}

function loadAddon(): Addon {
  if (process.platform !== 'linux') {
    throw new LoadError(`heddle runs on Linux only; this is ${process.platform}.`)
  }
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  try {
    const load = createRequire(import.meta.url)('node-gyp-build') as (root: string) => Addon
    return load(root)
  } catch (cause) {
    throw new LoadError(
      [
        `heddle could not load its native addon for ${process.platform}-${process.arch}, Node ${process.versions.node}.`,
        `  The loader said: ${cause instanceof Error ? cause.message : String(cause)}`,
        '  Common causes:',
        '  - The package was installed on another platform or C library and copied here: reinstall it on this host.',
        '  - The C library is older than the prebuilt binary needs (glibc 2.28), or is musl.',
        '  - There is no prebuilt binary for this architecture: build one with `npm run build` in a clone.',
      ].join('\n'),
      { cause },
    )
  }
}

export const addon: Addon = loadAddon()
