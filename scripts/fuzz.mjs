// npm run fuzz [-- SECONDS]: each program of test/fuzz for that long (60), from its corpus, under AddressSanitizer.
import { mkdirSync, readdirSync } from 'node:fs'
import { join, parse } from 'node:path'
import { setup } from './setup.mjs'
import { buildPreset } from './support/cmake.mjs'
import { Failure, main, root, run } from './support/run.mjs'

await main(import.meta.url, ([given = '60']) => {
  const seconds = Number(given)
  if (!Number.isInteger(seconds) || seconds < 1) throw new Failure('usage: npm run fuzz -- SECONDS')
  setup('clang', 'fuzz')
  buildPreset('fuzz')
  for (const source of readdirSync(join(root, 'test/fuzz')).filter((name) => name.endsWith('.cpp'))) {
    const { name } = parse(source)
    const found = join(root, 'build/fuzz/corpus', name)
    mkdirSync(found, { recursive: true })
    // What is found on the way goes into the first folder; the second is read only.
    const corpora = [found, join(root, 'test/fuzz/corpus', name)]
    run(join(root, 'build/fuzz', name), [`-max_total_time=${seconds}`, '-print_final_stats=1', ...corpora])
  }
})
