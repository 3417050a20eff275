import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const ticksPerSecond = 100 // what the kernel counts /proc in

/** A server in a process of its own, so that its CPU time can be told from everybody else's. */
export class ServerProcess implements AsyncDisposable {
  readonly port: string
  readonly #child: ChildProcessWithoutNullStreams

  private constructor(child: ChildProcessWithoutNullStreams, port: string) {
    this.#child = child
    this.port = port
  }

  /** The program prints its port first, and ends with its input. */
  static async start(command: string, args: readonly string[]): Promise<ServerProcess> {
    const child = spawn(command, args)
    child.stderr.pipe(process.stderr)
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    return new ServerProcess(child, line.toString().trim())
  }

  /** Seconds of CPU so far, in user code and in the kernel, of all threads. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end()
    await once(this.#child, 'close')
  }
}
