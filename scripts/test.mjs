// npm test: from a bare machine to every check that needs no GPU.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkCoroutineForms } from './check-coroutine-forms.mjs'
import { checkLayers } from './check-layers.mjs'
import { nativeTask } from './native-task.mjs'
import { packSmoke } from './pack-smoke.mjs'
import { setup } from './setup.mjs'
import { compile, configure, release } from './support/cmake.mjs'
import { main, output, root, run } from './support/run.mjs'
import { Steps } from './support/steps.mjs'
import { doctest, vitest } from './support/suites.mjs'
import { bin, buildLibrary, buildTools } from './support/typescript.mjs'
import { checkTypes } from './types.mjs'

/** What the built package says of its I/O backend when the choice is left to it. */
function capabilities() {
  const url = pathToFileURL(join(root, 'dist/index.js')).href
  const source = `import { capabilities } from '${url}'; console.log(JSON.stringify(capabilities()))`
  const { HEDDLE_IO: _, ...env } = process.env
  return output(process.execPath, ['--input-type=module', '-e', source], { env })
}

async function vitestOn(backend) {
  return vitest(`vitest-${backend}`, { env: { ...process.env, HEDDLE_IO: backend } })
}

await main(import.meta.url, async () => {
  const steps = new Steps()
  await steps.run('setup', () => setup('tests'))
  await steps.run('lint', () => run(bin('biome'), ['check', '--error-on-warnings']))
  await steps.run('layers', checkLayers)
  await steps.run('coroutine forms', checkCoroutineForms)
  await steps.run('types', checkTypes)
  await steps.run('build', () => {
    configure(['HEDDLE_TESTS'])
    compile()
    buildLibrary()
    buildTools()
  })
  for (const part of ['native', 'traced', 'cuda']) {
    await steps.run(`doctest ${part}`, () => doctest(`${release}/heddle_${part}_test`))
  }
  await steps.run('vitest, I/O fallback', () => vitestOn('fallback'))
  await steps.run('vitest, io_uring', async () => {
    const found = capabilities()
    console.error(found.trim())
    if (/"uring"/.test(found)) return vitestOn('uring')
    console.error('!! io_uring IS NOT AVAILABLE HERE: the suite ran on the fallback backend only')
    return { skipped: 1, skippedNames: ['the whole vitest suite on io_uring'] }
  })
  await steps.run('pack smoke', () => packSmoke())
  const backends = /"uring"/.test(capabilities()) ? ['fallback', 'uring'] : ['fallback']
  await steps.run('native addons', () => nativeTask(backends))
  steps.close()
})
