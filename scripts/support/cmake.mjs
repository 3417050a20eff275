import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'
import { bin } from './typescript.mjs'

export const release = 'build/Release'

function cache(dir) {
  const file = join(root, dir, 'CMakeCache.txt')
  const entries = new Map()
  if (!existsSync(file)) return entries
  for (const [, key, value] of readFileSync(file, 'utf8').matchAll(/^([\w-]+):\w+=(.*)$/gm))
    entries.set(key, value)
  return entries
}

/** Configures build/Release through cmake-js, unless it already is as wished. `options` are names to turn on. */
export function configure(options = []) {
  const entries = cache(release)
  const moved = entries.size > 0 && entries.get('CMAKE_HOME_DIRECTORY') !== root
  if (moved) rmSync(join(root, release), { recursive: true })
  const ready = !moved && existsSync(join(root, release, 'build.ninja'))
  if (ready && options.every((name) => entries.get(name) === 'ON')) return
  run(bin('cmake-js'), [
    'configure',
    '-O',
    release,
    '-G',
    'Ninja',
    ...options.map((name) => `--CD${name}=ON`),
  ])
}

/** Builds the named targets, or all of them, in `dir`. */
export function compile(targets = [], dir = release) {
  run('cmake', ['--build', dir, ...(targets.length ? ['--target', ...targets] : [])])
}

/** Configures a preset of CMakePresets.json and builds the named targets, or all of them, in build/<preset>. */
export function buildPreset(preset, defines = [], targets = []) {
  run('cmake', ['--preset', preset, ...defines.map((define) => `-D${define}`)])
  compile(targets, `build/${preset}`)
}
