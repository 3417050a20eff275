// npm run test:seccomp [-- FILTER...]: the suite where the kernel refuses io_uring_setup, as in many containers, and nobody has
// said which backend to use. The tests of devices are left out: they take no part in that.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setup } from './setup.mjs'
import { compile, configure, release } from './support/cmake.mjs'
import { Failure, main, output, root, run, which } from './support/run.mjs'
import { doctest, vitest } from './support/suites.mjs'
import { buildLibrary, buildTools } from './support/typescript.mjs'

const EPERM = '1'
const none = { passed: 0, failed: 0, skippedNames: [] }

function buildFilter() {
  const compiler = ['cc', 'gcc', 'clang'].find((name) => which(name))
  if (compiler === undefined) throw new Failure('a C compiler is needed for the seccomp filter')
  const filter = join(root, 'build/seccomp/deny-io-uring')
  mkdirSync(join(root, 'build/seccomp'), { recursive: true })
  run(compiler, ['-o', filter, join(root, 'test/fixtures/deny-io-uring.c')])
  return filter
}

/** What the package says of its backend behind the filter. */
function backendBehind(wrap, env) {
  const [command, ...args] = [
    ...wrap,
    process.execPath,
    join(root, 'test/fixtures/programs/use-everything.mjs'),
  ]
  return JSON.parse(output(command, args, { env }))
}

await main(import.meta.url, async (filters) => {
  setup('tests')
  configure(['HEDDLE_TESTS'])
  compile()
  buildLibrary()
  buildTools()
  const { HEDDLE_IO: _, ...env } = process.env
  const wrap = [buildFilter(), EPERM]
  const { backend, reason } = backendBehind(wrap, env)
  console.error(`${backend}: ${reason}`)
  if (backend !== 'fallback') throw new Failure('the filter denied nothing')
  const native = filters.length > 0 ? none : await doctest(`${release}/heddle_native_test`, { env, wrap })
  const args = filters.length > 0 ? filters : ['--exclude=test/cuda/**']
  const script = await vitest('vitest-seccomp', { env, wrap, args })
  for (const name of [...native.skippedNames, ...script.skippedNames]) console.error(`skipped: ${name}`)
  const failed = native.failed + script.failed
  console.error(`behind the filter: ${native.passed + script.passed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
})
