import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Where `command` is on the PATH, or undefined. */
export function which(command, path = process.env.PATH ?? '') {
  for (const dir of path.split(delimiter)) {
    const file = join(dir, command)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {}
  }
  return undefined
}

/** A message for the person at the terminal; `main` prints it without a stack. */
export class Failure extends Error {}

function describe(command, args, { status, signal, error }) {
  const what = `${command} ${args.join(' ')}`
  if (error) return `${what}: ${error.message}`
  return signal ? `${what}: killed by ${signal}` : `${what}: exit code ${status}`
}

/** Runs to the end with its output on our stderr; throws a Failure unless it exits with 0. */
export function run(command, args, { cwd = root, env = process.env } = {}) {
  const result = spawnSync(command, args, { cwd, env, stdio: ['ignore', 2, 2] })
  if (result.status !== 0) throw new Failure(describe(command, args, result))
}

/** Runs to the end and returns what it wrote to stdout; throws a Failure with its output unless it exits with 0. */
export function output(command, args, { cwd = root, env = process.env } = {}) {
  const result = spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (result.status !== 0) {
    throw new Failure(
      `${describe(command, args, result)}\n${result.stdout ?? ''}${result.stderr ?? ''}`.trim(),
    )
  }
  return result.stdout
}

/** Runs to the end, copying its output to our stderr as it comes; resolves to `{ status, signal, text }`. */
export function tee(command, args, { cwd = root, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
        process.stderr.write(chunk)
      })
    }
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ status, signal, text }))
  })
}

/** Becomes `command`: its terminal, its signals, its exit code. */
export function hand(command, args, { cwd = root, env = process.env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' })
  const ignore = () => {}
  process.on('SIGINT', ignore)
  child.on('error', (error) => {
    console.error(error.message)
    process.exitCode = 1
  })
  child.on('close', (status, signal) => {
    process.off('SIGINT', ignore)
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = status ?? 1
  })
}

/** Runs `body` when `url` is the script that node was started with. */
export async function main(url, body) {
  if (process.argv[1] !== fileURLToPath(url)) return
  try {
    await body(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error)
    process.exitCode = 1
  }
}
