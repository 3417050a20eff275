import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { hasProgram, Program } from '../program.js'
import { note } from './bench.js'

/** By how much we may be slower; null: the row only informs. */
interface Goals {
  readonly one: number | null
  readonly hundred: number | null
  readonly rate: number | null
}

/** Somebody else's way to launch a kernel, in a process of its own: what it is, and by how much we may be behind it. */
export interface Contestant {
  readonly name: string
  readonly goals: Goals
  readonly python?: { readonly script: string; readonly module: string }
}

const contestants: readonly Contestant[] = [
  { name: 'raw CUDA C++', goals: { one: 1.5, hundred: 1.1, rate: null } },
  {
    name: 'CuPy',
    goals: { one: null, hundred: null, rate: 0.5 },
    python: { script: 'cupy_launch.py', module: 'cupy' },
  },
  {
    name: 'PyTorch',
    goals: { one: null, hundred: null, rate: 0.5 },
    python: { script: 'torch_launch.py', module: 'torch' },
  },
]

/** Those that can take part on this machine, one after the other. Each ends before the next begins. */
export async function* peers(): AsyncGenerator<{ contestant: Contestant; peer: Program }> {
  for (const contestant of contestants) {
    const missing = whyMissing(contestant)
    if (missing !== undefined) {
      note(`${contestant.name} is left out: ${missing}`)
      continue
    }
    await using peer = start(contestant)
    yield { contestant, peer }
  }
}

function whyMissing({ python }: Contestant): string | undefined {
  if (python === undefined) return hasProgram('raw_launch') ? undefined : 'it is built where there is an nvcc'
  const { status, error } = spawnSync('python3', ['-c', `import ${python.module}`])
  if (error !== undefined) return 'there is no python3'
  return status === 0 ? undefined : `python3 has no module ${python.module}`
}

function start({ python }: Contestant): Program {
  if (python === undefined) return new Program('raw_launch', [])
  const path = fileURLToPath(new URL(`../../../bench/peers/${python.script}`, import.meta.url))
  return new Program('python3', [path], 'PATH')
}
