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

export function failureOf(thrown: unknown, depth = 0): Failure | Simple {
  if (isSimple(thrown)) return thrown
  if (!(thrown instanceof Error)) return failureOf(new Error(`Thrown: ${inspect(thrown)}`), depth)
  if (depth === deepest) return undefined
  const { errors } = thrown as { errors?: unknown }
  return {
    kind: Object.keys(kinds).find((name) => thrown instanceof (kinds[name] as typeof Error)) ?? 'Error',
    message: thrown.message,
    stack: thrown.stack,
    shown: shownOf(thrown),
    cause: thrown.cause === undefined ? undefined : failureOf(thrown.cause, depth + 1),
    errors: Array.isArray(errors) ? errors.map((each) => failureOf(each, depth + 1)) : undefined,
  }
}

function shownOf(error: Error): Record<string, Simple> {
  const shown: Record<string, Simple> = { name: error.name }
  // DOMException has its code in the prototype.
  const { code } = error as { code?: unknown }
  if (isSimple(code) && code !== undefined) shown['code'] = code
  for (const [name, value] of Object.entries(error)) if (isSimple(value)) shown[name] = value
  return shown
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
