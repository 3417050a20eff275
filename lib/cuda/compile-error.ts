import { HeddleError } from '../errors.js'

/**
 * A source that was not compiled. `code` is one of `ERR_HEDDLE_COMPILE` (it is wrong), `ERR_HEDDLE_UNSUPPORTED` (it uses what
 * the host device lacks), `ERR_HEDDLE_COMPILER` (there is no compiler).
 */
export class CompileError extends HeddleError {
  /** All that the compiler said. */
  readonly log: string
  /** Where the first error is: the source's name, or that of a header; empty where it has no place. */
  readonly file: string
  /** From 1; 0 where it has no place. */
  readonly line: number
  readonly column: number

  constructor(
    failure: { code: string; message: string; log: string; file: string; line: number; column: number },
    name: string,
  ) {
    const file = failure.line > 0 ? failure.file || name : ''
    super(
      failure.code,
      file === '' ? failure.message : `${file}:${failure.line}:${failure.column}: ${failure.message}`,
    )
    this.log = failure.log
    this.file = file
    this.line = failure.line
    this.column = failure.column
  }

  static {
    CompileError.prototype.name = 'CompileError'
  }
}
