import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Refusal } from './refusal.js'

const run = promisify(execFile)

export interface Load {
  readonly requests: number
  /** Milliseconds that 99 of 100 requests did not exceed. */
  readonly p99: number
}

const milliseconds = { us: 1e-3, ms: 1, s: 1e3 } as const

/** Sends requests to a server of this host over that many connections, each as soon as the last is answered. */
export async function wrk(port: string, connections: number, seconds: number): Promise<Load> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', `http://127.0.0.1:${port}/`]
  let stdout: string
  try {
    ;({ stdout } = await run('wrk', args))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Refusal('the net area needs wrk (Debian and Ubuntu: apt-get install wrk)')
  }
  const requests = Number(stdout.match(/(\d+) requests in/)?.[1])
  const [, value, unit] = stdout.match(/99%\s+([\d.]+)(us|ms|s)/) ?? []
  return { requests, p99: Number(value) * milliseconds[unit as keyof typeof milliseconds] }
}
