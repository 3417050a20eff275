import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { hasProgram, Program } from './program.js'

const scripts: Readonly<Record<string, { readonly script: string; readonly module: string }>> = {
  CuPy: { script: 'cupy_launch.py', module: 'cupy' },
  PyTorch: { script: 'torch_launch.py', module: 'torch' },
}

/** Somebody else's way to launch a kernel, in a process of its own. */
export class Peer implements AsyncDisposable {
  /** Why it can't take part. */
  readonly missing: string | undefined
  readonly #program: Program | undefined

  private constructor(missing: string | undefined, program?: Program) {
    this.missing = missing
    this.#program = program
  }

  static async start(name: string): Promise<Peer> {
    const python = scripts[name]
    if (python === undefined) {
      if (!hasProgram('raw_launch')) return new Peer('it is built where there is an nvcc')
      return new Peer(undefined, new Program('raw_launch', []))
    }
    const { status, error } = spawnSync('python3', ['-c', `import ${python.module}`])
    if (error !== undefined) return new Peer('there is no python3')
    if (status !== 0) return new Peer(`python3 has no module ${python.module}`)
    const path = fileURLToPath(new URL(`../../bench/peers/${python.script}`, import.meta.url))
    return new Peer(undefined, new Program('python3', [path], 'PATH'))
  }

  /** Microseconds for `one` launch that is waited for, or for a `hundred` that are waited for together. */
  async ask(what: 'one' | 'hundred'): Promise<number> {
    return (await this.#program?.ask(what)) ?? Number.NaN
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]()
  }
}
