// npm run test:asan and test:tsan: both doctest executables and vitest, with the addon instrumented too.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setup } from './setup.mjs'
import { buildPreset } from './support/cmake.mjs'
import { Failure, main, output, root, run, which } from './support/run.mjs'
import { Steps } from './support/steps.mjs'
import { doctest, vitest } from './support/suites.mjs'
import { ourReports } from './support/tsan-reports.mjs'
import { buildLibrary, buildTools } from './support/typescript.mjs'

// Sanitizers want their shadow memory where a randomized layout may have put something else.
const wrap = which('setarch') ? ['setarch', process.arch === 'x64' ? 'x86_64' : 'aarch64', '-R'] : []

const kinds = {
  address: {
    preset: 'asan',
    runtimes: ['libasan.so', 'libubsan.so'],
    native: {
      ASAN_OPTIONS: 'detect_leaks=1:detect_stack_use_after_return=0:protect_shadow_gap=0',
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    },
    // LeakSanitizer sees nothing of use in a vitest fork; test/soak/leaks.mjs is where leaks are judged.
    node: {
      ASAN_OPTIONS: 'detect_leaks=0:protect_shadow_gap=0',
      UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    },
  },
  thread: {
    preset: 'tsan',
    runtimes: ['libtsan.so'],
    native: { TSAN_OPTIONS: 'halt_on_error=0:second_deadlock_stack=1' },
    node: {
      TSAN_OPTIONS: `exitcode=0:report_thread_leaks=0:log_path=${join(root, 'build/tsan/reports/report')}`,
    },
    // They count descriptors, of which a report takes one, leave it none, leave too little memory, send signals, which it
    // handles itself, or are JavaScript only. The sweep also makes those calls fail that put its streams in order: then they race.
    without: [
      'test/concurrency/**',
      'test/cuda/open-close-leaks.test.ts',
      'test/backend-choice.test.ts',
      'test/fs/limits.test.ts',
      'test/usage.test.ts',
      'test/**/descriptors.test.ts',
      'test/net/signals.test.ts',
      'test/cuda/fault-sweep.test.ts',
      'test/cuda/open-no-threads.test.ts',
      'test/**/worker-terminate.test.ts',
      'test/**/process-exit.test.ts',
    ],
  },
}

const library = (name) => output(process.env.CXX ?? 'g++', [`-print-file-name=${name}`]).trim()

/** node-gyp-build looks for build/Release/*.node under HEDDLE_PREBUILD. */
function placeAddon(dir) {
  mkdirSync(join(root, dir, 'build/Release'), { recursive: true })
  cpSync(join(root, dir, 'heddle.node'), join(root, dir, 'build/Release/heddle.node'))
}

function judgeThreadReports() {
  const ours = ourReports(join(root, 'build/tsan/reports'))
  if (ours.length)
    throw new Failure(`${ours.length} data races or lock faults in our code:\n\n${ours.join('\n\n')}`)
}

await main(import.meta.url, async ([kind, ...vitestArgs]) => {
  if (!(kind in kinds))
    throw new Failure('usage: node scripts/sanitize.mjs address|thread [vitest arguments]')
  const { preset, runtimes, native, node, without = [] } = kinds[kind]
  const dir = `build/${preset}`
  const steps = new Steps()
  await steps.run('setup', () => setup('tests'))
  await steps.run(`build with -fsanitize=${kind}`, () => {
    buildPreset(preset, ['HEDDLE_ADDON=ON'])
    placeAddon(dir)
    buildLibrary()
    buildTools()
  })
  for (const part of ['native', 'traced', 'cuda']) {
    const env = { ...process.env, ...native }
    await steps.run(`doctest ${part}`, () => doctest(`${dir}/heddle_${part}_test`, { env, wrap }))
  }
  const env = {
    ...process.env,
    ...node,
    HEDDLE_PREBUILD: join(root, dir),
    LD_PRELOAD: runtimes.map(library).join(' '),
  }
  await steps.run('vitest', async () => {
    rmSync(join(root, 'build/tsan/reports'), { recursive: true, force: true })
    mkdirSync(join(root, 'build/tsan/reports'), { recursive: true })
    const tally = await vitest(preset, {
      env,
      wrap,
      args: ['--testTimeout=180000', ...without.map((file) => `--exclude=${file}`), ...vitestArgs],
    })
    if (kind === 'thread') judgeThreadReports()
    return tally
  })
  const soak = join(root, 'test/soak/leaks.mjs')
  if (kind === 'address' && existsSync(soak)) {
    const leaky = {
      ...env,
      ASAN_OPTIONS: 'detect_leaks=1:protect_shadow_gap=0',
      LSAN_OPTIONS: `suppressions=${join(root, 'test/soak/lsan.supp')}`,
    }
    await steps.run('leaks', () => run(process.execPath, [soak], { env: leaky }))
  }
  steps.close()
})
