// Checked by `npm run types`; never run.
import {
  all,
  any,
  Channel,
  ClosedError,
  type HeddleError,
  OffloadError,
  OffloadPool,
  OvertakenError,
  offload,
  type Permit,
  type Received,
  type Scope,
  Semaphore,
  SiblingError,
  scope,
  type Task,
  TimeoutError,
  timeout,
  type Winner,
} from 'heddle'
import type { Equal, Expect } from './equal.ts'

const signal = new AbortController().signal

export const scoped = scope(async (s) => s.spawn((inner) => (inner.aborted ? 1 : 'text')), { signal })
export type Scoped = Expect<Equal<typeof scoped, Promise<1 | 'text'>>>
export const spawned = (s: Scope) => s.spawn(async () => 5)
export type Spawned = Expect<Equal<ReturnType<typeof spawned>, Promise<number>>>
// @ts-expect-error: needs a body
scope()
// @ts-expect-error: not a Promise, which could not be cancelled
scope((s) => s.spawn(Promise.resolve(1)))
// @ts-expect-error: there is no other way to make one
new Scope()

export const tuple = all([() => 1, async () => 'text', (inner) => inner.aborted])
export type Tuple = Expect<Equal<typeof tuple, Promise<[number, string, boolean]>>>
export const list = all(
  [1, 2].map((number) => async () => number),
  { concurrency: 2, signal },
)
export type List = Expect<Equal<typeof list, Promise<number[]>>>
export const fromSet = all(new Set<Task<string>>())
export type FromSet = Expect<Equal<typeof fromSet, Promise<string[]>>>
// @ts-expect-error: functions
all([Promise.resolve(1)])
// @ts-expect-error: a number
all([], { concurrency: '2' })

export const winner = any([() => 1, async () => 'text'])
export type OfTwo = Expect<Equal<typeof winner, Promise<Winner<number, 0> | Winner<string, 1>>>>
export const narrowed = async (): Promise<string> => {
  const first = await winner
  return first.index === 0 ? first.value.toFixed() : first.value.toUpperCase()
}
export const ofMany = any([1, 2].map((number) => async () => number))
export type OfMany = Expect<Equal<typeof ofMany, Promise<Winner<number>>>>

export const limited = timeout(50, async (inner) => inner.aborted, { signal })
export type Limited = Expect<Equal<typeof limited, Promise<boolean>>>
// @ts-expect-error: a Promise could not be told to stop
timeout(50, Promise.resolve(1))

export const channel = new Channel<number>(1)
export type Receive = Expect<Equal<ReturnType<typeof channel.receive>, Promise<Received<number>>>>
export type TryReceive = Expect<Equal<ReturnType<typeof channel.tryReceive>, Received<number> | undefined>>
export const receive = async (): Promise<number> => {
  for await (const value of channel) return value
  const received = await channel.receive({ signal })
  return received.done ? 0 : received.value
}
// @ts-expect-error: of its values
channel.send('text')
// @ts-expect-error: a report
channel.closed = true
// @ts-expect-error: needs a capacity
new Channel<number>()

export const semaphore = new Semaphore(2)
export const hold = async (): Promise<number> => {
  using permit: Permit = await semaphore.acquire({ signal, permits: 2 })
  return permit.permits
}
export const ran = semaphore.run(async () => 'text', { signal })
export type Ran = Expect<Equal<typeof ran, Promise<string>>>
export type Tried = Expect<Equal<ReturnType<typeof semaphore.tryAcquire>, Permit | undefined>>

export const offloaded = offload((a: number, b: string) => `${a}${b}`, [1, 'b'], { signal })
export type Offloaded = Expect<Equal<typeof offloaded, Promise<string>>>
export const without = offload(async () => 5)
export type Without = Expect<Equal<typeof without, Promise<number>>>
export const fromModule = offload<boolean>(new URL('file:///task.js'), [1], { name: 'task', signal })
export type FromModule = Expect<Equal<typeof fromModule, Promise<boolean>>>
export const unknownModule = offload(new URL('file:///task.js'))
export type UnknownModule = Expect<Equal<typeof unknownModule, Promise<unknown>>>
// @ts-expect-error: of type string
offload((a: string) => a, [1])
// @ts-expect-error: needs its argument
offload((a: string) => a)
// @ts-expect-error: a function has no exports
offload(() => 1, [], { name: 'task' })

export const use = async (): Promise<number> => {
  await using pool = new OffloadPool({ threads: 2 })
  return pool.run((a: number) => a, [1])
}

export const errors: HeddleError[] = [
  new TimeoutError(5),
  new ClosedError('channel'),
  new SiblingError(new Error('first')),
  new OvertakenError(1),
  new OffloadError('ERR_HEDDLE_OFFLOAD_EXIT', 'message'),
]
