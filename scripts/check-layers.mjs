// Keeps the arrows of docs/architecture.md pointing one way: lib -> binding -> cuda -> native.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Failure, main, root } from './support/run.mjs'
import { filesUnder } from './support/stale.mjs'

const node = /^(napi|node_api|node|uv|v8)([-/\w]*)\.h$|^js_native_api/
const cudaRuntime = /^(cuda_runtime\w*|cuda|driver_types|nvrtc)\.h$/

const includeRules = [
  { in: /^native\//, not: /^(cuda|binding|lib)\//, because: 'native/ knows nothing above it' },
  { in: /^native\//, not: cudaRuntime, because: 'native/ has no CUDA' },
  { in: /^cuda\//, not: /^(binding|lib)\//, because: 'cuda/ knows nothing above it' },
  {
    in: /^cuda\/(?!cudart\/|kernels\/)/,
    not: cudaRuntime,
    because: 'the CUDA runtime stays in cuda/cudart/',
  },
  { in: /^(native|cuda|test(?!\/addon\/)|bench)\//, not: node, because: 'Node headers stay in binding/' },
]

function* includeFaults(file, text) {
  for (const [, name] of text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)) {
    for (const rule of includeRules) {
      if (rule.in.test(file) && rule.not.test(name)) yield `${file} includes ${name}: ${rule.because}`
    }
  }
}

function* importFaults(file, text) {
  if (file === 'lib/native.ts') return
  for (const [, name] of text.matchAll(/\b(?:from|import|require|createRequire)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    if (/node-gyp-build|\.node$|^bindings$|binding\//.test(name)) {
      yield `${file} imports ${name}: the addon is loaded by lib/native.ts alone`
    }
  }
}

export function checkLayers() {
  const faults = []
  for (const dir of ['native', 'cuda', 'binding', 'test', 'bench', 'lib']) {
    for (const path of filesUnder(join(root, dir))) {
      const file = relative(root, path)
      if (/\.(cpp|hpp|h|cu|cuh)$/.test(file)) faults.push(...includeFaults(file, readFileSync(path, 'utf8')))
      if (dir === 'lib' && file.endsWith('.ts'))
        faults.push(...importFaults(file, readFileSync(path, 'utf8')))
    }
  }
  if (faults.length) throw new Failure(faults.join('\n'))
}

await main(import.meta.url, checkLayers)
