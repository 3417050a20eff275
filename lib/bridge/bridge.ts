import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import { control as at, opcode, progress, replyBytes, submissionBytes } from './layout.js'

/**
 * JavaScript's half of the bridge. Operations are written into an array that native code empties once per turn of the
 * event loop; replies come back in another, a batch per call. Promises are made here and named by a small number.
 */

/** An operation that waits for its reply. It is kept here until then, and with it whatever memory it refers to. */
export interface Pending {
  /** `status`: 0, a negative errno, or `deviceFailure`. Must not throw. */
  settle(status: number, value: number, id: number): void
  /** The operation goes on. Must not throw. */
  progress?(value: number, id: number): void
  /** Nobody need wait for it: it does not keep the process alive. */
  readonly background?: boolean
}

const shared = addon.start(settle)
if (shared.submissionBytes !== submissionBytes || shared.replyBytes !== replyBytes) {
  throw new HeddleError(
    'ERR_HEDDLE_LOAD',
    'the native addon and the library are of different versions: reinstall heddle',
  )
}

let leaving = false
// What was asked for before the end is not to be lost with it, where the system takes it at once.
process.on('exit', () => {
  leaving = true
  addon.leave()
})

const control = new Int32Array(shared.control)
const submissionInts = new Int32Array(shared.submissions)
const submissionDoubles = new Float64Array(shared.submissions)
const replyInts = new Int32Array(shared.replies)
const replyDoubles = new Float64Array(shared.replies)

const intsPerSubmission = submissionBytes / 4
const doublesPerSubmission = submissionBytes / 8
const intsPerReply = replyBytes / 4
const doublesPerReply = replyBytes / 8
const capacity = shared.submissions.byteLength / submissionBytes

/** By id; id 0 stands for "nobody waits". */
const waiting: (Pending | undefined)[] = [undefined]
const freeIds: number[] = []
let batch = 0

/** Registers an operation and returns its id. From here on it gets exactly one reply, and keeps the process alive. */
export function expect(pending: Pending): number {
  if (pending.background !== true) stayAwake()
  const id = freeIds.pop() ?? waiting.length
  waiting[id] = pending
  return id
}

/** Somebody waits for something that is not a reply: the process stays alive until {@link rest}. */
export function stayAwake(): void {
  const unsettled = control[at.unsettled] as number
  control[at.unsettled] = unsettled + 1
  if (unsettled === 0 && control[at.pumping] === 0) addon.keepAlive()
}

export function rest(): void {
  control[at.unsettled] = (control[at.unsettled] as number) - 1
}

/** Writes one operation; what a..z mean is said at its opcode in native/bridge/layout.hpp. Returns where it was written. */
export function submit(
  opcode: number,
  id: number,
  a: number,
  b: number,
  c: number,
  x: number,
  y: number,
  z: number,
  d = 0,
): number {
  let index = control[at.submitted] as number
  if (index === capacity) {
    addon.drain()
    index = 0
  }
  const ints = index * intsPerSubmission
  submissionInts[ints] = opcode
  submissionInts[ints + 1] = id
  submissionInts[ints + 2] = a
  submissionInts[ints + 3] = b
  submissionInts[ints + 4] = c
  submissionInts[ints + 5] = d
  const doubles = index * doublesPerSubmission
  submissionDoubles[doubles + 3] = x
  submissionDoubles[doubles + 4] = y
  submissionDoubles[doubles + 5] = z
  control[at.submitted] = index + 1
  return index
}

/** Takes the last submission back, which nobody has drained. */
export function withdraw(): void {
  control[at.submitted] = (control[at.submitted] as number) - 1
}

/** Asks for an early end of an operation, which still gets its reply. Harmless when it has ended, until its id is used again. */
export function cancel(id: number): void {
  submit(opcode.cancel, 0, id, 0, 0, 0, 0, 0)
}

/** Sees to it that the next submission goes in without a drain. */
export function makeRoom(): void {
  if (control[at.submitted] === capacity) addon.drain()
}

/** See arguments.ts. */
export const argumentMemory = shared.arguments

/** Changes with every drain: a submission written in the current epoch can still be changed. */
export function epoch(): number {
  return control[at.epoch] as number
}

/** Changes whenever native code has looked for submissions by itself. */
export function round(): number {
  return control[at.round] as number
}

/** Whether the process ends: nothing that is submitted from here on is looked for. */
export function isLeaving(): boolean {
  return leaving
}

/** Whether JavaScript reacts to several replies that have come together. */
export function isInCrowd(): boolean {
  return batch > 1 && control[at.pumping] !== 0
}

/** Puts an id into a submission of the current epoch that had none. */
export function nameSubmission(index: number, id: number): void {
  submissionInts[index * intsPerSubmission + 1] = id
}

/** One batch of replies. Called by native code, which runs microtasks when it returns. */
function settle(count: number): void {
  batch = count
  let awaited = 0
  for (let i = 0; i < count; ++i) {
    const id = replyInts[i * intsPerReply] as number
    const status = replyInts[i * intsPerReply + 1] as number
    const value = replyDoubles[i * doublesPerReply + 1] as number
    const pending = waiting[id]
    if (pending === undefined) continue
    try {
      if (status === progress) {
        pending.progress?.(value, id)
        continue
      }
      waiting[id] = undefined
      freeIds.push(id)
      if (pending.background !== true) ++awaited
      pending.settle(status, value, id)
    } catch (error) {
      // Whatever this was, the rest of the batch is not to be lost with it.
      process.nextTick(rethrow, error)
    }
  }
  control[at.unsettled] = (control[at.unsettled] as number) - awaited
}

function rethrow(error: unknown): never {
  throw error
}

/** Counters for tests: calls into JavaScript so far, and what is alive. */
export function deliveries(): number {
  return addon.deliveries()
}
