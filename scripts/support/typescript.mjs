import { existsSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, run } from './run.mjs'
import { filesUnder, unlessFresh } from './stale.mjs'

export const bin = (name) => join(root, 'node_modules/.bin', name)

/** Removes from `out` what tsc once wrote for a source under `from` that is gone. */
function prune(out, from) {
  for (const file of filesUnder(join(root, out))) {
    const stem = relative(join(root, out), file).match(/^(.*?)(\.d\.ts|\.js)(\.map)?$/)?.[1]
    if (stem && !existsSync(join(root, from, `${stem}.ts`))) rmSync(file)
  }
}

/** lib/ -> dist/ */
export function buildLibrary() {
  const inputs = ['lib', 'tsconfig.json', 'tsconfig.base.json', 'package-lock.json']
  unlessFresh({ stamp: 'build/lib.stamp', inputs, product: 'dist/index.js' }, () => {
    run(bin('tsc'), ['-p', 'tsconfig.json'])
    prune('dist', 'lib')
  })
}

/** bench/ and examples/ -> build/bench/ and build/examples/; they import the built package by its name. */
export function buildTools() {
  const inputs = [
    'bench',
    'examples',
    'lib',
    'tsconfig.tools.json',
    'tsconfig.base.json',
    'package-lock.json',
  ]
  unlessFresh({ stamp: 'build/tools.stamp', inputs, product: 'build/examples' }, () => {
    run(bin('tsc'), ['-p', 'tsconfig.tools.json'])
    prune('build/bench', 'bench')
    prune('build/examples', 'examples')
  })
}
