// Builds examples/native-task and test/addon as a user would, against the files that the package ships and nothing else of
// this tree, in build/native-task, and runs their tests.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setup } from './setup.mjs'
import { packedFiles } from './support/pack.mjs'
import { Failure, main, root, run, tee } from './support/run.mjs'
import { filesUnder } from './support/stale.mjs'
import { buildLibrary } from './support/typescript.mjs'

const home = join(root, 'build/native-task')
const app = join(home, 'app')

const ofUser = (file) => !/^(build|node_modules)\//.test(file)

const sourcesOf = (dir) => [...filesUnder(dir)].map((file) => relative(dir, file)).filter(ofUser)

/** Makes `to` a copy of those files of `from`; what is the same keeps its time, so that it is not compiled again. */
function mirror(from, to, files) {
  const wanted = new Set(files)
  for (const file of sourcesOf(to)) {
    if (!wanted.has(file)) rmSync(join(to, file))
  }
  for (const file of wanted) {
    const target = join(to, file)
    const content = readFileSync(join(from, file))
    if (existsSync(target) && readFileSync(target).equals(content)) continue
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
}

function stage() {
  const packed = packedFiles(root).filter((file) => !file.startsWith('prebuilds/'))
  mirror(root, join(home, 'node_modules/heddle'), packed)
  for (const [from, to] of [
    ['examples/native-task', app],
    ['test/addon', join(home, 'addon')],
  ]) {
    mirror(join(root, from), to, sourcesOf(join(root, from)))
  }
  for (const name of ['node-addon-api', 'node-api-headers']) {
    const link = join(home, 'node_modules', name)
    if (!existsSync(link)) symlinkSync(join(root, 'node_modules', name), link)
  }
}

// -O1: it is compiled in half the time, and it is not measured.
function compile() {
  const flags = ['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_CXX_FLAGS_RELEASE=-O1']
  run('cmake', ['--fresh', '-S', join(home, 'addon'), '-B', join(app, 'build'), '-G', 'Ninja', ...flags])
  run('cmake', ['--build', join(app, 'build')])
}

async function test(backend) {
  const files = [join(app, 'test/native-task.test.mjs'), join(home, 'addon/outcomes.test.mjs')]
  const args = ['--test', '--test-reporter=tap', ...files]
  const { status, signal, text } = await tee(process.execPath, args, {
    env: { ...process.env, HEDDLE_IO: backend },
  })
  const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1])
  const tally = { passed: count('pass'), failed: count('fail') }
  if (Number.isNaN(tally.passed) || (status !== 0 && tally.failed === 0))
    throw new Failure(`the tests of native addons ended by ${signal ?? `exit code ${status}`}`)
  return tally
}

/** Returns how many cases passed and failed. `backends`: the I/O backends to run them on. */
export async function nativeTask(backends) {
  stage()
  compile()
  const sum = { passed: 0, failed: 0 }
  for (const backend of backends) {
    const { passed, failed } = await test(backend)
    sum.passed += passed
    sum.failed += failed
  }
  return sum
}

await main(import.meta.url, async () => {
  setup()
  buildLibrary()
  const { failed } = await nativeTask(['fallback', 'uring'])
  if (failed) throw new Failure(`${failed} cases of native addons failed`)
})
