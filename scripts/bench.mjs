// npm run bench [-- area] [--json]; with `npm run -s`, stdout carries the results alone.
import { join } from 'node:path'
import { build } from './build.mjs'
import { setup } from './setup.mjs'
import { compile, configure } from './support/cmake.mjs'
import { hand, main, root } from './support/run.mjs'
import { buildTools } from './support/typescript.mjs'

/** The peers' libraries are nice to have: without them their columns are missing. */
function withPeers() {
  try {
    setup('bench')
  } catch (error) {
    console.error(`bench: ${error.message}`)
  }
}

await main(import.meta.url, (args) => {
  build()
  withPeers()
  configure(['HEDDLE_BENCH'])
  compile(['heddle_bench'])
  buildTools()
  hand(process.execPath, ['--expose-gc', join(root, 'build/bench/main.js'), ...args])
})
