import { type Ended, run } from '../fixtures/child.ts'

/** How the programs of a good suite end. */
export const wellEnded = { code: 0, signal: null, stderr: '' }

/** Runs `fixtures/<program>.mjs` in a process of its own, and kills it when it hangs. */
export function runProgram(
  program: string,
  args: readonly unknown[] = [],
  flags: string[] = [],
  device: number | 'host' = 'host',
): Promise<Ended> {
  return run(`../../cuda/fixtures/${program}`, {
    args: args.map(String),
    flags,
    // What is freed goes back to the system at once, so that a leak shows.
    env: {
      MALLOC_MMAP_THRESHOLD_: '65536',
      MALLOC_TRIM_THRESHOLD_: '65536',
      HEDDLE_TEST_DEVICE: String(device),
    },
  })
}

/** For tests that run programs: longer than the programs have. */
export const programTime = { timeout: 120_000 }
