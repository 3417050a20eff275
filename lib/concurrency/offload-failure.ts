import { inspect } from 'node:util'

/** How errors cross from a worker: structured clones lose the code and the name, and some can't be cloned at all. */

/** What is left of something thrown. */
export interface Failure {
  readonly kind: string
  readonly message: string
  readonly stack: string | undefined
  /** `name`, `code` and whatever else is simple. */
  readonly shown: Readonly<Record<string, Simple>>
  readonly cause: Failure | Simple
  readonly errors: readonly (Failure | Simple)[] | undefined
}

type Simple = string | number | bigint | boolean | null | undefined

const kinds: Readonly<Record<string, new (message: string) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

/** How deep causes are followed: they may go in a circle. */
const deepest = 8

function isSimple(value: unknown): value is Simple {
  return (
    value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  )
}

/** Never throws, whatever was thrown: somebody's getter, or a Proxy, may throw when it is looked at. */
export function failureOf(thrown: unknown): Failure | Simple {
  try {
    return partsOf(thrown, 0)
  } catch (error) {
    return unknownFailure(error)
  }
}

/** What something thrown has to say; never throws either. */
export function wordsOf(error: unknown): string {
  try {
    return textOf(error instanceof Error ? error.message : String(error)) ?? ''
  } catch {
    return 'what was thrown throws when it is looked at'
  }
}

function unknownFailure(error: unknown): Failure {
  const message = `What was thrown can't be looked at: ${wordsOf(error)}`
  const shown = { name: 'Error' }
  return { kind: 'Error', message, stack: undefined, shown, cause: undefined, errors: undefined }
}

function partsOf(thrown: unknown, depth: number): Failure | Simple {
  if (isSimple(thrown)) return thrown
  if (!(thrown instanceof Error)) return partsOf(new Error(`Thrown: ${inspect(thrown)}`), depth)
  if (depth === deepest) return undefined
  const errors = looked(() => (thrown as { errors?: unknown }).errors)
  const cause = looked(() => thrown.cause)
  return {
    kind: Object.keys(kinds).find((name) => thrown instanceof (kinds[name] as typeof Error)) ?? 'Error',
    message: textOf(looked(() => thrown.message)) ?? '',
    stack: textOf(looked(() => thrown.stack)),
    shown: shownOf(thrown),
    cause: cause === undefined ? undefined : partsOf(cause, depth + 1),
    errors: Array.isArray(errors) ? errors.map((each) => partsOf(each, depth + 1)) : undefined,
  }
}

function shownOf(error: Error): Record<string, Simple> {
  const shown: Record<string, Simple> = { name: textOf(looked(() => error.name)) ?? 'Error' }
  // DOMException has its code in the prototype.
  for (const name of ['code', ...Object.keys(error)]) {
    const value = looked(() => (error as unknown as Record<string, unknown>)[name])
    if (isSimple(value) && (value !== undefined || name !== 'code')) shown[name] = value
  }
  shown['name'] = textOf(shown['name']) ?? 'Error'
  return shown
}

/** A property that throws is as good as none. */
function looked<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** What should be text may be anything, also what can't be sent. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return typeof value === 'symbol' ? String(value) : inspect(value)
}

export function thrownBy(failure: Failure | Simple): unknown {
  if (typeof failure !== 'object' || failure === null) return failure
  const { kind, message, stack, shown, cause, errors } = failure
  const error = new (kinds[kind] ?? Error)(message)
  hide(error, 'stack', stack)
  if (cause !== undefined) hide(error, 'cause', thrownBy(cause))
  if (errors !== undefined) hide(error, 'errors', errors.map(thrownBy))
  const { name, ...rest } = shown
  if (error.name !== name) hide(error, 'name', name)
  return Object.assign(error, rest)
}

function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false })
}
