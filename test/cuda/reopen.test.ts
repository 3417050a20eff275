import { open } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { programTime, runProgram, wellEnded } from './child.ts'
import { failure } from './failures.ts'
import { onGpu } from './target.ts'

it('a host device that died is opened anew, beside what is left of the old one and after it', async () => {
  const dead = await open('host', { host: { faults: [{ operation: 'cudaMemsetAsync', kind: 'sticky' }] } })
  const array = await dead.alloc('u8', 300_000)
  expect(await failure(() => dead.stream().fill(array, 1))).toMatchObject({ code: 'cudaErrorIllegalAddress' })
  expect(await dead.lost).toMatchObject({ code: 'cudaErrorIllegalAddress' })
  expect(await failure(() => dead.alloc('u8', 1))).toMatchObject({ code: 'cudaErrorIllegalAddress' })
  for (let i = 0; i < 2; ++i) {
    const gpu = await open('host')
    const fresh = await gpu.alloc('u8', 300_000)
    const bytes = new Uint8Array(300_000)
    const stream = gpu.stream()
    stream.fill(fresh, 2)
    await stream.copy(bytes, fresh)
    expect(bytes[299_999]).toBe(2)
    await gpu.close()
    if (i === 0) await dead.close()
  }
  expect(usage().devices).toBe(0)
})

onGpu('a GPU that dies', ({ id }) => {
  it('rejects all, is opened anew or refuses, and lets the process end', programTime, async ({ skip }) => {
    if (process.env['HEDDLE_COMPUTE_SANITIZER'] === '1')
      skip('it is an error that compute-sanitizer would report')
    const fault = 'CudaError cudaErrorIllegalAddress'
    const lines = [fault, fault, fault, 'cudaErrorIllegalAddress', fault, fault, 'opened or refused']
    expect(await runProgram('gpu-dies', [], [], id)).toEqual({
      ...wellEnded,
      stdout: `${lines.join('\n')}\n`,
    })
  })
})
