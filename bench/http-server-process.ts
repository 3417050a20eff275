import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Runs a program of this folder with node; resolves to the first line that it prints. */
export async function firstLineOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no stdout')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the child printed nothing')
}

export function spawnBench(name: string, args: readonly string[] = []): ChildProcess {
  const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  return spawn(process.execPath, ['--expose-gc', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
}

/** http-server.ts in a process of its own. */
export class HttpServer implements AsyncDisposable {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  static async start(): Promise<HttpServer> {
    const child = spawnBench('http-server')
    return new HttpServer(child, `http://127.0.0.1:${await firstLineOf(child)}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end()
    await new Promise((resolve) => this.#child.once('close', resolve))
  }
}
