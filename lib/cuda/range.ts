import { ArgumentTypeError } from '../argument-errors.js'
import { addon } from '../native.js'
import { openSpan } from '../trace/trace.js'
import { validateFunction } from '../validate.js'

/** A named stretch of time, as {@link startRange} begins it. */
export class Range implements Disposable {
  readonly name: string
  readonly #native: bigint
  readonly #endSpan: () => void
  #ended = false

  /** @internal */
  constructor(name: string) {
    this.name = name
    this.#native = addon.startRange(name)
    this.#endSpan = openSpan(name)
  }

  /** Ends it; a second call does nothing. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    addon.endRange(this.#native)
    this.#endSpan()
  }

  [Symbol.dispose](): void {
    this.end()
  }
}

/**
 * Begins a range that shows in NVIDIA's tools (NVTX, for Nsight Systems) and in heddle's own traces, on the lane of the
 * JavaScript thread. Ranges may overlap. `using step = startRange('step')` ends it with the block.
 */
export function startRange(name: string): Range {
  if (typeof name !== 'string') throw new ArgumentTypeError('name', 'of type string', name)
  return new Range(name)
}

/**
 * Runs `body` inside a range: until it returns or throws or, when it gives a Promise, until that settles. The range says
 * what the program was at, not when the device did it: work that `body` only submits may run later.
 *
 * @returns what `body` returns
 */
export function range<T>(name: string, body: () => T): T {
  validateFunction(body, 'body')
  const started = startRange(name)
  let result: T
  try {
    result = body()
  } catch (error) {
    started.end()
    throw error
  }
  if (!(result instanceof Promise)) {
    started.end()
    return result
  }
  const end = () => started.end()
  result.then(end, end)
  return result
}
