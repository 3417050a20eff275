import { writeFile } from 'heddle/fs'
import { chromeTrace, type TimelineRun, timelinePage } from 'heddle/trace'
import { explained } from './failure.js'

export const pageName = 'heddle-timeline.html'
export const traceName = 'heddle-timeline.json'

/** Writes the picture and the same data for Perfetto into the current directory. */
export async function writeTimeline(runs: readonly TimelineRun[], subtitle: string): Promise<void> {
  await write(pageName, timelinePage(runs, { title: 'One file, two pipelines', subtitle }))
  await write(traceName, JSON.stringify(chromeTrace(runs)))
}

async function write(name: string, text: string): Promise<void> {
  try {
    await writeFile(name, text)
  } catch (error) {
    throw explained(`write ${name}`, error)
  }
}
