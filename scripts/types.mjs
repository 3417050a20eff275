// Type-checks everything: the library as it ships, and tests, benchmarks and examples against its sources.
import { setup } from './setup.mjs'
import { main, run } from './support/run.mjs'
import { bin } from './support/typescript.mjs'

export function checkTypes() {
  run(bin('tsc'), ['-p', 'tsconfig.json', '--noEmit'])
  run(bin('tsc'), ['-p', 'tsconfig.check.json'])
}

await main(import.meta.url, () => {
  setup()
  checkTypes()
})
