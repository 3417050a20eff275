import type { Area } from './area.js'
import { bufferedWrites } from './buffered-writes.js'
import { directReads } from './direct-reads.js'
import { hotReads } from './hot-reads.js'
import { sequentialReads } from './sequential-reads.js'
import { smallFiles } from './small-files.js'

export const io: Area = {
  name: 'io',
  title: 'files: in the page cache, except where it says direct',
  run: async (options) => {
    const rows = []
    for (const measure of [hotReads, sequentialReads, bufferedWrites, smallFiles, directReads]) {
      rows.push(...(await measure(options)))
    }
    return rows
  },
}
