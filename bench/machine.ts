import { availableParallelism, cpus, release } from 'node:os'

/** What the figures of this run depend on, in one line. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() || process.arch
  const count = availableParallelism()
  const cores = count === 1 ? '1 core' : `${count} cores`
  return `Linux ${release()}, Node ${process.versions.node}, ${cores} (${model})`
}
