/** Microseconds since `start`, for each of so many. */
export function each(start: number, count: number): number {
  return ((performance.now() - start) * 1000) / count
}
