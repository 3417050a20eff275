import type { AllocationRecord } from './allocation.js'

/** An allocation that lived on when its device was closed. */
export interface Leak {
  readonly bytes: number
  readonly dtype: string
  /** What it was called when it was allocated; may be empty. */
  readonly label: string
  /** Where it was allocated. */
  readonly stack: string
}

/** What to do with allocations that live on at the close: a warning of the process for all of them, or a function of one's own. */
export type LeakReport = 'report' | ((leaks: readonly Leak[]) => void)

/** The allocations of one device that live, for those who asked for a report. */
export class Ledger {
  readonly #live = new Set<Leak>()
  readonly #report: LeakReport

  constructor(report: LeakReport) {
    this.#report = report
  }

  /** What there is to know where an allocation is asked for. `caller`: the function at which the stack begins. */
  note(bytes: number, dtype: string, label: string, caller: (...args: never) => unknown): Leak {
    const here = { stack: '' }
    Error.captureStackTrace(here, caller)
    return { bytes, dtype, label, stack: here.stack.replace(/^.*\n/, '') }
  }

  /** It has been made. */
  add(leak: Leak): AllocationRecord {
    this.#live.add(leak)
    return { ledger: this, leak }
  }

  remove(leak: Leak): void {
    this.#live.delete(leak)
  }

  /** Tells of what lives, and forgets it. */
  settle(device: string): void {
    const leaks = [...this.#live]
    this.#live.clear()
    if (leaks.length === 0) return
    if (this.#report !== 'report') {
      this.#report(leaks)
      return
    }
    const bytes = leaks.reduce((sum, leak) => sum + leak.bytes, 0)
    process.emitWarning(
      `${leaks.length} allocations of ${device}, ${bytes} bytes, lived on when it was closed`,
      {
        type: 'HeddleLeakWarning',
        code: 'HEDDLE_LEAK',
        detail: leaks.map(describe).join('\n'),
      },
    )
  }
}

function describe({ bytes, dtype, label, stack }: Leak): string {
  return `${label === '' ? '' : `${label}: `}${bytes} bytes of ${dtype}, allocated\n${stack}`
}
