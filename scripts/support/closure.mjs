import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

/** Where node would find `name` from the package installed at `from`, as a path of the lock file. */
function locate(packages, from, name) {
  for (let dir = from; ; dir = dir.slice(0, Math.max(0, dir.lastIndexOf('node_modules/') - 1))) {
    const path = dir ? `${dir}/node_modules/${name}` : `node_modules/${name}`
    if (packages[path] && existsSync(join(root, path))) return path
    if (!dir) return undefined
  }
}

/** The folders under node_modules that `names` need at run time, with those packages themselves. */
export function closure(names) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const found = new Set()
  const visit = (from, name) => {
    const path = locate(packages, from, name)
    if (!path || found.has(path)) return
    found.add(path)
    const { dependencies, optionalDependencies } = packages[path]
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(path, next)
  }
  for (const name of names) visit('', name)
  return [...found].sort()
}
