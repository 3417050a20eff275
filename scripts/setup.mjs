// Makes a bare Debian or Ubuntu machine with Node ready: apt packages that are missing, then npm packages.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, main, root, run, which } from './support/run.mjs'

const header = (name) => () =>
  ['/usr/include', '/usr/local/include'].some((dir) => existsSync(join(dir, name)))
const command = (name) => () => which(name) !== undefined

const base = [
  { pkg: 'g++', there: () => Boolean(process.env.CXX) || command('g++')() },
  { pkg: 'cmake', there: command('cmake') },
  { pkg: 'ninja-build', there: command('ninja') },
  { pkg: 'pkg-config', there: command('pkg-config') },
  { pkg: 'liburing-dev', there: header('liburing.h') },
  { pkg: 'libboost-dev', there: header('boost/beast/http/basic_parser.hpp') },
]

const extras = {
  tests: [
    { pkg: 'doctest-dev', there: header('doctest/doctest.h') },
    { pkg: 'gdb', there: command('gdb') },
  ],
  clang: [{ pkg: 'clang-19', there: command('clang++-19') }],
  fuzz: [{ pkg: 'libclang-rt-19-dev', there: () => existsSync('/usr/lib/llvm-19/lib/clang/19/lib') }],
  bench: [
    { pkg: 'libasio-dev', there: header('asio.hpp') },
    { pkg: 'wrk', there: command('wrk') },
    { pkg: 'fio', there: command('fio') },
    { pkg: 'libtbb-dev', there: header('oneapi/tbb/version.h') },
  ],
  xz: [{ pkg: 'xz-utils', there: command('xz') }],
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
  if (!fits) throw new Failure(`heddle needs Node ^20.19 or >=22.12; this is ${process.versions.node}`)
  if (process.platform !== 'linux') throw new Failure('heddle builds on Linux only')
}

function systemPackages(wanted) {
  const missing = wanted.filter(({ there }) => !there()).map(({ pkg }) => pkg)
  if (missing.length === 0) return
  const byHand = `install these with your package manager, then run this again: ${missing.join(' ')}`
  if (!which('apt-get')) throw new Failure(`No apt-get here: ${byHand}`)
  const isRoot = process.getuid() === 0
  if (!isRoot && !which('sudo')) throw new Failure(`Not root, and no sudo here: ${byHand}`)

  console.error(`setup: apt-get install ${missing.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) =>
    isRoot
      ? run('apt-get', args, { env })
      : run('sudo', ['-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args])
  try {
    apt('update', '-q')
    apt('install', '-y', '-q', '--no-install-recommends', ...missing)
  } catch (error) {
    throw new Failure(`${error.message}\nCould not install by apt-get; ${byHand}`)
  }
}

function npmPackages() {
  const stamp = join(root, 'node_modules/.heddle-lock')
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('setup: npm ci --ignore-scripts')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  writeFileSync(stamp, lock)
}

/** `extra` names groups of packages beyond what the build needs: 'tests', 'clang', 'fuzz', 'bench', 'xz'. */
export function setup(...extra) {
  checkNode()
  systemPackages([...base, ...extra.flatMap((name) => extras[name])])
  npmPackages()
}

await main(import.meta.url, () => setup())
