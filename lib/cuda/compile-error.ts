import { HeddleError } from '../errors.js'

/**
 * A source that was not compiled. `code` is one of `ERR_HEDDLE_COMPILE` (it is wrong), `ERR_HEDDLE_UNSUPPORTED` (it uses what
 * the host device lacks), `ERR_HEDDLE_COMPILER` (there is no compiler).
 */
export class CompileError extends HeddleError {
  /** All that the compiler said. */
  readonly log: string
  /** Of the first error, from 1; 0 where it has no place. */
  readonly line: number
  readonly column: number

  constructor(
    failure: { code: string; message: string; log: string; line: number; column: number },
    name: string,
  ) {
    const place = failure.line > 0 ? `${name}:${failure.line}:${failure.column}: ` : ''
    super(failure.code, `${place}${failure.message}`)
    this.log = failure.log
    this.line = failure.line
    this.column = failure.column
  }

  static {
    CompileError.prototype.name = 'CompileError'
  }
}
