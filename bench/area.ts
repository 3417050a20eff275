import type { Row } from './row.js'

export interface BenchOptions {
  /** A short run: the same rows from fewer and smaller rounds. */
  readonly quick: boolean
  /** Bytes of the file that the load area moves. */
  readonly size: number
  /** Says what is being measured, for somebody who waits. */
  readonly progress: (text: string) => void
}

/** A part of the package that is measured by itself: `npm run bench -- NAME`. */
export interface Area {
  readonly name: string
  readonly title: string
  readonly run: (options: BenchOptions) => Promise<Row[]>
}
