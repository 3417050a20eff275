// Packs the package, installs the tarball offline into an empty folder with no compiler on the PATH, and
// uses it. With --prebuilds it packs prebuilds/ as they are, otherwise the addon just built.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { closure } from './support/closure.mjs'
import { npmCli, pack, stagePackage } from './support/pack.mjs'
import { Failure, main, output, root } from './support/run.mjs'
import { bin } from './support/typescript.mjs'

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'))
const specifier = (entry) => join(manifest.name, entry)

function installed(dir, tarballs) {
  const app = join(dir, 'app')
  const path = join(dir, 'bin')
  mkdirSync(app)
  mkdirSync(path)
  symlinkSync(process.execPath, join(path, 'node'))
  writeFileSync(join(app, 'package.json'), '{ "private": true }\n')
  const env = { HOME: dir, PATH: path, PREBUILDS_ONLY: '1', NODE_NO_WARNINGS: '1' }
  output(process.execPath, [npmCli(), 'i', '--offline', '--ignore-scripts', '--no-audit', ...tarballs], {
    cwd: app,
    env,
  })
  return { cwd: app, env }
}

const node = (where, type, source) => output(process.execPath, [`--input-type=${type}`, '-e', source], where)

const readOneFile = `
  import { readFileSync } from 'node:fs'
  import { readFile } from '${manifest.name}/fs'
  const want = readFileSync(process.execPath)
  const got = await readFile(process.execPath)
  if (!want.equals(got)) throw new Error('heddle/fs read other bytes than node:fs')`

const offloadOneFunction = `
  import { offload } from '${manifest.name}'
  const sum = await offload((a, b) => a + b, [2, 3])
  if (sum !== 5) throw new Error('offload() said ' + sum)`

const findHeaders = `
  const { statSync } = require('node:fs')
  const { include, cmake } = require('${manifest.name}/include')
  statSync(include + '/native/task.hpp')
  statSync(cmake + '/heddleConfig.cmake')`

const reportCapabilities = `
  import { capabilities } from '${manifest.name}'
  const found = capabilities()
  if (found === null || typeof found !== 'object') throw new Error('capabilities() said ' + found)
  console.log(JSON.stringify(found))`

function checks(where, tarball, contents) {
  return [
    ['publint', () => output(bin('publint'), ['run', tarball, '--strict'])],
    ['attw', () => output(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji'])],
    [
      'ships types, what C++ users compile, and no other sources of ours',
      () => {
        const missing = [
          /^native\/.*\.hpp$/,
          /^native\/.*\.cpp$/,
          /^binding\/promise\.hpp$/,
          /^cmake\/heddleConfig\.cmake$/,
          /^cuda\/.*\.hpp$/,
          /^dist\/.*\.d\.ts$/,
          /^prebuilds\/.*\.node$/,
        ].filter((kind) => !contents.some((file) => kind.test(file)))
        const ours = /^(test|scripts|bench|lib|build|examples)\/|^cuda\/.*\.(cpp|cu)$|_calls\.cpp$/
        const surplus = contents.filter((file) => ours.test(file))
        if (missing.length || surplus.length) throw new Failure(`missing ${missing}; surplus ${surplus}`)
      },
    ],
    [
      'no static TLS',
      () => {
        // With the CUDA runtime's own 8 KiB linked in, an addon that asks for static TLS can't be loaded at all.
        const addon = contents.find((file) => file.endsWith('.node'))
        const flags = output('readelf', ['-d', join(where.cwd, 'node_modules', manifest.name, addon)])
        if (flags.includes('STATIC_TLS'))
          throw new Failure(`${addon} has a thread_local with the initial-exec model`)
      },
    ],
    ...entries.map((entry) => [
      `import ${specifier(entry)}`,
      () => node(where, 'module', `import '${specifier(entry)}'`),
    ]),
    ...entries.map((entry) => [
      `require ${specifier(entry)}`,
      () => node(where, 'commonjs', `require('${specifier(entry)}')`),
    ]),
    ['heddle/include names folders that are there', () => node(where, 'commonjs', findHeaders)],
    ['heddle/fs reads a file', () => node(where, 'module', readOneFile)],
    ['offload()', () => node(where, 'module', offloadOneFunction)],
    ['capabilities()', () => node(where, 'module', reportCapabilities)],
  ]
}

/** Returns how many checks passed; throws a Failure that names those that did not. */
export function packSmoke(options) {
  const dir = mkdtempSync(join(tmpdir(), 'heddle-smoke-'))
  try {
    const stage = stagePackage(join(dir, 'stage'), options)
    const { tarball, contents, size } = pack(stage, dir)
    const needed = closure(Object.keys(manifest.dependencies)).map(
      (path) => pack(join(root, path), dir).tarball,
    )
    const where = installed(dir, [tarball, ...needed])
    const failed = []
    const all = checks(where, tarball, contents)
    for (const [name, check] of all) {
      try {
        check()
        console.error(`  ok    ${name}`)
      } catch (error) {
        failed.push(name)
        console.error(`  FAIL  ${name}\n${error.message}`)
      }
    }
    console.error(`  ${contents.length} files, ${(size / 1024).toFixed(0)} KiB packed`)
    return { passed: all.length - failed.length, failed: failed.length }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

await main(import.meta.url, (args) => {
  const prebuilds = args.includes('--prebuilds')
  if (!prebuilds) build()
  const { failed } = packSmoke({ prebuilds })
  if (failed) throw new Failure(`${failed} smoke checks failed`)
})
