import { CompileError, type Device, type Kernels, open } from 'heddle/cuda'
import { beforeAll, beforeEach } from 'vitest'

/** The kernels of a source; undefined where there is no compiler, as on a host that has a driver and nothing else. */
export async function compileIfPossible<const S extends string>(
  gpu: Device,
  source: S,
): Promise<Kernels<S> | undefined> {
  try {
    return await gpu.compile(source)
  } catch (error) {
    if (error instanceof CompileError && error.code === 'ERR_HEDDLE_COMPILER') return undefined
    throw error
  }
}

/** Skips the tests around it where there is no compiler for that device. */
export function needsCompiler(id: number | 'host'): void {
  let missing = false
  beforeAll(async () => {
    const gpu = await open(id)
    missing = (await compileIfPossible(gpu, 'extern "C" __global__ void nothing() {}')) === undefined
    await gpu.close()
  })
  beforeEach(({ skip }) => {
    if (missing) skip(`there is no compiler for the device '${id}'`)
  })
}
