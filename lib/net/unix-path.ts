import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'

/** The path of a UNIX socket, or an abstract name, whose first character is NUL and which may have more of them. */
export function validateUnixPath(path: unknown): asserts path is string | undefined {
  if (path === undefined) return
  if (typeof path !== 'string') throw new ArgumentTypeError('options.path', 'of type string', path)
  if (path === '') throw new ArgumentValueError('options.path', path)
  if (path.indexOf('\0') > 0 && !path.startsWith('\0')) {
    throw new ArgumentValueError('options.path', path, 'must be a string without null bytes')
  }
}
