import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { release } from './cmake.mjs'
import { Failure, output, root, run, which } from './run.mjs'

/** npm's own script, so that npm can run without being on the PATH. */
export function npmCli() {
  if (process.env.npm_execpath?.endsWith('npm-cli.js')) return process.env.npm_execpath
  const npm = which('npm')
  if (!npm) throw new Failure('npm is not on the PATH')
  return realpathSync(npm)
}

/** Packs `dir` into `destination`. */
export function pack(dir, destination) {
  const args = [npmCli(), 'pack', '--json', '--ignore-scripts', '--pack-destination', destination, dir]
  const [{ filename, files, size }] = JSON.parse(output(process.execPath, args))
  return { tarball: join(destination, filename), contents: files.map(({ path }) => path), size }
}

/** What packing `dir` would put into the tarball. */
export function packedFiles(dir) {
  const args = [npmCli(), 'pack', '--json', '--ignore-scripts', '--dry-run', dir]
  const [{ files }] = JSON.parse(output(process.execPath, args))
  return files.map(({ path }) => path)
}

/** The addon of build/Release, stripped, at `file`. */
export function copyAddon(file) {
  const addon = join(root, release, 'heddle.node')
  if (!existsSync(addon)) throw new Failure('no addon in build/Release: run npm run build')
  cpSync(addon, file)
  if (which('strip')) run('strip', ['--strip-all', file])
}

/** A copy in `stage` of what `npm pack` looks at: with the prebuilds there are, or the fresh addon as the only one. */
export function stagePackage(stage, { prebuilds = false } = {}) {
  mkdirSync(stage, { recursive: true })
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const tops = new Set(['package.json', ...files.map((file) => file.split('/')[0])])
  if (!prebuilds) tops.delete('prebuilds')
  for (const name of tops) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(stage, name), { recursive: true })
  }
  if (!prebuilds) copyAddon(join(stage, `prebuilds/${process.platform}-${process.arch}/heddle.node`))
  return stage
}
