/** How long the lookup of `host` may take. They have no effect on the socket later. */
export interface LookupLimits {
  /** Ends the lookup early: {@link AbortError}. */
  signal?: AbortSignal | undefined
  /** Ends it after so many milliseconds: {@link TimeoutError}. */
  timeout?: number | undefined
}
