import cliProgress from 'cli-progress'
import { nameWidth } from './format.js'

export interface Progress {
  add(amount: number): void
  /** Takes the bar away; what follows is printed in its place. */
  stop(): void
}

/**
 * A progress bar on a terminal. Where the output goes to a file or a pipe there is nobody to watch, and what stays is
 * the line that is printed at the end.
 */
export function progress(title: string, total: number): Progress {
  if (!process.stdout.isTTY || total === 0) return { add() {}, stop() {} }
  const bar = new cliProgress.SingleBar({
    format: `  ${title.padEnd(nameWidth)}{bar} {percentage} %`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 40,
    fps: 20,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stdout,
    // Ctrl-C is main.ts's business: the bar must not take the signal for itself.
    gracefulExit: false,
  })
  bar.start(total, 0)
  return { add: (amount) => bar.increment(amount), stop: () => bar.stop() }
}
