import { addon } from './native.js'

/**
 * The threads for system calls that the ring can't carry, or all of them where there is no io_uring; and for buffered writes on
 * file systems that have none which don't wait.
 */
export interface BlockingPoolMetrics {
  /** Threads that have been started. */
  readonly threads: number
  /** Of those, how many wait for work. */
  readonly idle: number
  /** Calls that wait for a thread. */
  readonly queued: number
  /** Calls that a thread has taken, since the start. */
  readonly started: number
  /** How long those had waited for a thread, all together, in milliseconds. */
  readonly totalWait: number
  /** How long the one of those had waited that waited longest, in milliseconds. */
  readonly longestWait: number
}

/** What heddle's runtime on the calling thread does now, and what it has done since the thread's first use of it. */
export interface RuntimeMetrics {
  /** Native tasks that have begun and not ended: requests of the HTTP client. */
  readonly tasks: number
  /** Native coroutines that could run now. */
  readonly ready: number
  /** Pending sleeps and time limits. */
  readonly timers: number
  /** Reads, accepts and the like that have not ended, and writes but for those that go to a thread: see {@link blocking}. */
  readonly ioInFlight: number
  /** Resumptions of native coroutines, since the start. */
  readonly polls: number
  /** Looks at I/O, timers and other threads, since the start. */
  readonly turns: number
  /**
   * The longest time between two such looks that went to native coroutines, in milliseconds. Not that in which JavaScript ran:
   * for this, see `monitorEventLoopDelay` of node:perf_hooks.
   */
  readonly longestTurn: number
  /** What goes to threads: calls on paths, and writes that would wait. */
  readonly blocking: BlockingPoolMetrics
}

/**
 * A look at the runtime of the calling thread, for dashboards and alerts: a growing `ioInFlight` is load, a growing
 * `blocking.queued` or `longestWait` means that blocking calls wait for each other. Each worker has a runtime of its own.
 *
 * Costs a few microseconds. The object is new each time and does not change.
 */
export function metrics(): RuntimeMetrics {
  return addon.metrics()
}
