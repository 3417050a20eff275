import { expect, it } from 'vitest'
import { programTime, runProgram, wellEnded } from './child.ts'

it.each([
  ['idle device', ''],
  ['idle device with arrays, streams and events', ''],
  ['idle device that died', ''],
  ['nobody waits for device.lost', ''],
  ['pending operation', 'filled\n'],
  ['pending load', 'loaded\n'],
  ['pending close', 'closed\n'],
  ['pending open', 'opened\n'],
  ['operations that nobody awaits', ''],
  ['pending host call', 'called\n'],
  ['in a Worker', 'filled\nworker 0\n'],
])('a process ends by itself, when what it waits for has come: %s', programTime, async (way, stdout) => {
  expect(await runProgram('ends', [way])).toEqual({ ...wellEnded, stdout })
})

it.each([
  ['after an uncaught exception', 1, /Error: on purpose\n/],
  ['after an unhandled rejection', 1, /CudaError: cudaMemsetAsync: cudaErrorUnknown/],
  ['process.exit in onProgress', 3, /^$/],
  ['process.exit when a Promise settles', 4, /^$/],
  ['process.exit in a host call', 5, /^$/],
])('a process ends with its code: %s', programTime, async (way, code, stderr) => {
  const ending = await runProgram('ends', [way])
  expect(ending).toMatchObject({ code, signal: null, stdout: '' })
  expect(ending.stderr).toMatch(stderr)
})
