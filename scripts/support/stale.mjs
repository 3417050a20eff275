import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './run.mjs'

export function* filesUnder(path) {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return
  if (stat.isFile()) yield path
  else for (const name of readdirSync(path).sort()) yield* filesUnder(join(path, name))
}

function fingerprint(inputs) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of filesUnder(join(root, input))) {
      const { mtimeMs, size } = statSync(file)
      hash.update(`${file}\0${mtimeMs}\0${size}\n`)
    }
  }
  return hash.digest('hex')
}

/** Runs `body` unless nothing under `inputs` changed since it last succeeded and `product` is still there. */
export function unlessFresh({ stamp, inputs, product }, body) {
  const file = join(root, stamp)
  const now = fingerprint(inputs)
  if (existsSync(join(root, product)) && existsSync(file) && readFileSync(file, 'utf8') === now) return
  rmSync(file, { force: true })
  body()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, now)
}
