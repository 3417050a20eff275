/** Whether an error only says that `signal` was aborted: its reason itself, or an AbortError of whatever make. */
export function isCancellation(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  if (error === signal.reason) return true
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError'
}
