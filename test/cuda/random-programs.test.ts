import * as fc from 'fast-check'
import { availability, open } from 'heddle/cuda'
import { describe, expect, it } from 'vitest'
import { ProgramRun } from './program-run.ts'
import { type Program, programs } from './random-program.ts'

const seed = 20_260_601

async function check(id: 'host' | number, program: Program): Promise<void> {
  const gpu = await open(id, id === 'host' ? { host: { stagePageable: program.stagePageable } } : {})
  try {
    const run = new ProgramRun(gpu, program)
    await run.prepare(gpu)
    await run.run()
    expect(await run.wrong()).toEqual([])
  } finally {
    await gpu.close()
  }
}

describe('random programs on 1 to 8 streams end as if they were done step by step', () => {
  it('on the host device', { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(programs, (program) => check('host', program)),
      { seed, numRuns: 250 },
    ),
  )

  it.skipIf(!availability().ok)('on GPU 0', () =>
    fc.assert(
      fc.asyncProperty(programs, (program) => check(0, program)),
      { seed, numRuns: 40 },
    ),
  )
})
