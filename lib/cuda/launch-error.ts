/**
 * A launch, or a kernel's declaration, that does not fit the kernel. `code` is one of `ERR_HEDDLE_KERNEL` (no such kernel, or
 * its declaration is not what was loaded), `ERR_HEDDLE_ARGUMENTS` (their number or type), `ERR_HEDDLE_DTYPE` (an array of
 * another element type), `ERR_HEDDLE_DISPOSED`, `ERR_HEDDLE_DEVICE` (an array or kernel of another device).
 */
export class LaunchError extends TypeError {
  readonly code: string
  /** The kernel's name. */
  readonly kernel: string
  /** Which of its parameters, from 0; -1 where it is none. */
  readonly parameter: number

  constructor(code: string, message: string, kernel: string, parameter = -1) {
    super(message)
    this.code = code
    this.kernel = kernel
    this.parameter = parameter
  }

  static {
    LaunchError.prototype.name = 'LaunchError'
  }
}
