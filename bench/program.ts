import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const directory =
  process.env['HEDDLE_BENCH_PROGRAMS'] ?? fileURLToPath(new URL('../Release/bench', import.meta.url))

/** Where a program of bench/native is built. */
export function pathOf(name: string): string {
  return join(directory, name)
}

/** Some are built only where a peer's library is installed. */
export function hasProgram(name: string): boolean {
  return existsSync(pathOf(name))
}

/**
 * A program of bench/native that serves measurements: a request a line in, a number a line out. It runs for
 * as long as the area does, so that its start-up is in no sample.
 */
export class Program implements AsyncDisposable {
  readonly #name: string
  readonly #child: ChildProcessWithoutNullStreams
  readonly #answers: AsyncIterator<string>
  readonly #ended: Promise<void>
  #complaint = ''

  /** @param from where the program is: among ours, or in `PATH` */
  constructor(name: string, args: readonly string[], from: 'bench' | 'PATH' = 'bench') {
    this.#name = name
    this.#child = spawn(from === 'bench' ? pathOf(name) : name, args)
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint += text
    })
    // A program that can't start or has died closes its stdout; ask() then says so. A broken pipe adds
    // nothing.
    this.#child.on('error', (error) => {
      this.#complaint += error.message
    })
    this.#child.stdin.on('error', () => {})
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', () => resolve())
    })
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  async ask(request: string): Promise<number> {
    this.#child.stdin.write(`${request}\n`)
    const { done, value } = await this.#answers.next()
    if (!done) return Number(value)
    await this.#ended
    throw new Error(`${this.#name} did not answer '${request}': ${this.#complaint.trim()}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end()
    await this.#ended
  }
}
