import { type OffloadModuleOptions, type OffloadOptions, OffloadPool } from './offload-pool.js'

let shared: OffloadPool | undefined

/**
 * Runs JavaScript on another thread: a function, or an export of a module. There are as many workers as
 * `os.availableParallelism()` at most, shared by all calls; make an {@link OffloadPool} for another number.
 *
 * ```ts
 * const digest = await offload(
 *   async (text: string) => {
 *     const { createHash } = await import('node:crypto')
 *     return createHash('sha256').update(text).digest('hex')
 *   },
 *   [text],
 *   { signal },
 * )
 * const rows = await offload<Row[]>(new URL('./parse.js', import.meta.url), [bytes], { name: 'parse', transfer: [bytes.buffer] })
 * ```
 *
 * A function is sent as its text, so it must stand by itself: what it uses comes in as an argument, from globals or by
 * `await import()` of a built-in module or a package within it; a variable from around it is a ReferenceError. Give the
 * module's URL for what needs files of its own, and where a bundler rewrites `import()` in functions. Arguments are copied at the call, as
 * `structuredClone` does, and so is the result. Worth it for work of a millisecond or more.
 *
 * @returns what the function returns. An error that it throws arrives as an error with the same message, name, `code` and
 * stack, though not of a class of the caller's
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, and OffloadError with `code`
 * `ERR_HEDDLE_OFFLOAD_CLONE` for arguments that can't be copied, at the call. Rejects with an AbortError when the signal is
 * aborted, once the thread has stopped, and with an {@link OffloadError} when the worker ends, or the result can't be copied
 */
export function offload<Arguments extends readonly unknown[], Result>(
  task: (...args: Arguments) => Result,
  args: Readonly<NoInfer<Arguments>>,
  options?: OffloadOptions,
): Promise<Awaited<Result>>
export function offload<Result>(task: () => Result): Promise<Awaited<Result>>
export function offload<Result = unknown>(
  module: URL,
  args?: readonly unknown[],
  options?: OffloadModuleOptions,
): Promise<Result>
export function offload(task: unknown, args?: unknown, options?: OffloadModuleOptions): Promise<unknown> {
  shared ??= new OffloadPool()
  return shared.run(task as () => unknown, args as [], options)
}
