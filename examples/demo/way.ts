import type { SourceFile } from './source-file.js'

/** How often each of the 256 byte values occurs. */
export type Histogram = BigUint64Array

/** One way to send a file through the pipeline. What it allocates once, it allocates before the clock starts. */
export interface Way extends AsyncDisposable {
  readonly title: string
  readonly note: string
  pass(file: SourceFile, watch: Watch): Promise<Histogram>
}

/** Whoever looks on while a way runs. */
export interface Watch {
  /** Called as bytes get through. */
  onBytes(count: number): void
  readonly signal: AbortSignal
}
