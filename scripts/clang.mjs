// npm run test:clang: the doctest executables, built by clang 19.
import { setup } from './setup.mjs'
import { buildPreset } from './support/cmake.mjs'
import { main } from './support/run.mjs'
import { Steps } from './support/steps.mjs'
import { doctest } from './support/suites.mjs'

await main(import.meta.url, async () => {
  const steps = new Steps()
  await steps.run('setup', () => setup('tests', 'clang'))
  await steps.run('build with clang 19', () => buildPreset('clang'))
  for (const part of ['native', 'traced', 'cuda']) {
    await steps.run(`doctest ${part}`, () => doctest(`build/clang/heddle_${part}_test`))
  }
  steps.close()
})
