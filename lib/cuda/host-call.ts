import { expect } from '../bridge/bridge.js'
import { addon } from '../native.js'

/** What functions have thrown whose operations have not rejected yet, by the number of the call. */
const thrown = new Map<number, unknown>()
/** Nobody need ever ask for the error of an operation: these are kept, older ones are not. */
const kept = 256

let calls = 0

/** Has a stream call `body` when it gets there; it goes on when that has returned. */
export function submitHostCall(stream: number, body: () => void): void {
  calls = (calls + 1) & 0x7fffffff
  const number = calls
  const id = expect({
    settle: (status) => {
      // Otherwise the stream will never get there.
      if (status === 0) addon.hostReturned(number, throws(number, body))
    },
  })
  addon.hostCall(id, stream, number)
}

function throws(number: number, body: () => void): boolean {
  try {
    body()
    return false
  } catch (error) {
    thrown.set(number, error)
    if (thrown.size > kept) thrown.delete(thrown.keys().next().value as number)
    return true
  }
}

/** What a function has thrown, by the arguments of the device's error; undefined when it is not known any more. */
export function takeThrown(argumentsOfError: string): { error: unknown } | undefined {
  const number = Number(argumentsOfError.slice('call='.length))
  if (!thrown.has(number)) return undefined
  const error = thrown.get(number)
  thrown.delete(number)
  return { error }
}
