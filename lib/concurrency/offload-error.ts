import { HeddleError } from '../errors.js'

/**
 * Why `offload` itself failed; errors of the task come as they are. `code` is one of
 * - `ERR_HEDDLE_OFFLOAD_CLONE`: the arguments or the result can't be copied between threads; `cause` says what;
 * - `ERR_HEDDLE_OFFLOAD_EXIT`: the worker ended before the task did, such as by `process.exit()`, by running out of memory
 *   or by an error outside of the task, which is then the `cause`;
 * - `ERR_HEDDLE_OFFLOAD_EXPORT`: the module has no function of that name.
 */
export class OffloadError extends HeddleError {
  static {
    OffloadError.prototype.name = 'OffloadError'
  }
}
