import { inspect } from 'node:util'

/** Base of all errors that heddle makes itself. `code` is stable; messages are for people and may change. */
export class HeddleError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  static {
    HeddleError.prototype.name = 'HeddleError'
  }
}

/** The native addon can't be loaded; the message lists causes and cures. `code`: `ERR_HEDDLE_LOAD`. */
export class LoadError extends HeddleError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_HEDDLE_LOAD', message, options)
  }

  static {
    LoadError.prototype.name = 'LoadError'
  }
}

/**
 * The operation was aborted through its `AbortSignal`. Like Node's own: `name` is `AbortError`, `code` is `ABORT_ERR`,
 * `cause` is the signal's reason.
 */
export class AbortError extends HeddleError {
  constructor(signal?: AbortSignal) {
    super(
      'ABORT_ERR',
      'The operation was aborted',
      signal === undefined ? undefined : { cause: reasonOf(signal) },
    )
  }

  static {
    AbortError.prototype.name = 'AbortError'
  }
}

function reasonOf(signal: AbortSignal): unknown {
  try {
    return signal.reason
  } catch (error) {
    return error
  }
}

/** The time limit given to `timeout` is what ended the work. `code`: `ERR_HEDDLE_TIMEOUT`. */
export class TimeoutError extends HeddleError {
  /** The limit, in milliseconds. */
  readonly ms: number

  constructor(ms: number) {
    super('ERR_HEDDLE_TIMEOUT', `The operation took longer than ${ms} ms`)
    this.ms = ms
  }

  static {
    TimeoutError.prototype.name = 'TimeoutError'
  }
}

/** It was closed, or has ended, and takes nothing more. `code`: `ERR_HEDDLE_CLOSED`. */
export class ClosedError extends HeddleError {
  /** @param what such as "channel" */
  constructor(what: string) {
    super('ERR_HEDDLE_CLOSED', `The ${what} is closed`)
  }

  static {
    ClosedError.prototype.name = 'ClosedError'
  }
}

/**
 * Why a signal was aborted: another task beside this one failed, with `cause`. The reason of the signal that tasks of a
 * `scope` or of `all` get; those reject with the cause itself. `code`: `ERR_HEDDLE_SIBLING`.
 */
export class SiblingError extends HeddleError {
  constructor(cause: unknown) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : inspect(cause)
    super('ERR_HEDDLE_SIBLING', `Another task beside this one failed: ${what}`, { cause })
  }

  static {
    SiblingError.prototype.name = 'SiblingError'
  }
}

/**
 * Why a signal was aborted: another task beside this one ended first. The reason of the signal that the losers of `any`
 * get. `code`: `ERR_HEDDLE_OVERTAKEN`.
 */
export class OvertakenError extends HeddleError {
  /** Which task ended first. */
  readonly index: number

  constructor(index: number) {
    super('ERR_HEDDLE_OVERTAKEN', `Task ${index} ended first`)
    this.index = index
  }

  static {
    OvertakenError.prototype.name = 'OvertakenError'
  }
}
