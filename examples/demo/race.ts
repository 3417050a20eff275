import { startTrace, stopTrace, type Trace } from 'heddle/trace'
import { measure } from './measure.js'
import { progress } from './progress.js'
import type { Result } from './results-table.js'
import type { SourceFile } from './source-file.js'
import { verify } from './verify.js'
import type { Histogram, Watch, Way } from './way.js'

/** Short files go through several times, so that there is something to measure. */
export function passesFor(file: SourceFile): number {
  const enough = 512e6
  return file.size === 0 ? 1 : Math.min(20, Math.max(1, Math.round(enough / file.size)))
}

export interface Race {
  readonly file: SourceFile
  readonly reference: Histogram
  readonly signal: AbortSignal
}

/** Measures one way and checks the histogram of every pass. */
export async function run(way: Way, race: Race): Promise<Result> {
  const passes = passesFor(race.file)
  const histograms: Histogram[] = []
  const cost = await watched(way.title, passes * race.file.size, race.signal, (watch) =>
    measure(async () => {
      for (let pass = 0; pass < passes; pass += 1) histograms.push(await way.pass(race.file, watch))
    }),
  )
  for (const counts of histograms) verify(way.title, counts, race.reference)
  const { seconds, cpuSeconds, loopDelayP99 } = cost
  return {
    title: way.title,
    cost: { seconds: seconds / passes, cpuSeconds: cpuSeconds / passes, loopDelayP99 },
  }
}

/** One more pass, for the picture. It is not the one that is measured, so that tracing costs the figures nothing. */
export async function traced(way: Way, race: Race): Promise<Trace> {
  return watched(`${way.title}, traced`, race.file.size, race.signal, async (watch) => {
    startTrace()
    try {
      verify(way.title, await way.pass(race.file, watch), race.reference)
    } catch (error) {
      await stopTrace()
      throw error
    }
    return stopTrace()
  })
}

/** Runs something under a progress bar that is gone afterwards, whatever happens. */
export async function watched<T>(
  title: string,
  bytes: number,
  signal: AbortSignal,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const bar = progress(title, bytes)
  try {
    return await work({ onBytes: (count) => bar.add(count), signal })
  } finally {
    bar.stop()
  }
}
