// npm run bench [-- area] [--json] [--clang]; with `npm run -s`, stdout carries the results alone. --clang: the C++ programs
// of both sides are those of clang 19. What runs in Node stays as it is.
import { join } from 'node:path'
import { build } from './build.mjs'
import { setup } from './setup.mjs'
import { buildPreset, compile, configure } from './support/cmake.mjs'
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

function programsOfClang() {
  setup('clang')
  buildPreset('clang', ['HEDDLE_BENCH=ON', 'HEDDLE_TESTS=OFF'], ['heddle_bench'])
  return join(root, 'build/clang/bench')
}

await main(import.meta.url, (args) => {
  build()
  withPeers()
  configure(['HEDDLE_BENCH'])
  compile(['heddle_bench'])
  buildTools()
  const env = {
    ...process.env,
    ...(args.includes('--clang') && { HEDDLE_BENCH_PROGRAMS: programsOfClang() }),
  }
  const rest = args.filter((argument) => argument !== '--clang')
  hand(process.execPath, ['--expose-gc', join(root, 'build/bench/main.js'), ...rest], { env })
})
