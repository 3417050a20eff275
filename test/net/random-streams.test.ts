import * as fc from 'fast-check'
import { connect, listen } from 'heddle/net'
import { expect, it } from 'vitest'
import { usage } from '../fixtures/internals.ts'
import { tempFolder } from '../fixtures/temp.ts'
import { loopback, portOf } from './pair.ts'
import { crowds, read, type Stream, write } from './random-stream.ts'

/** A failure prints its seed; give it here to see it again. */
const seed = 20_261_128
const folder = tempFolder()

async function carry(stream: Stream): Promise<void> {
  const { transport, highWaterMark } = stream
  const path = transport === 'unix' ? folder.fresh('socket') : undefined
  await using server = await listen(
    path === undefined ? { host: loopback, highWaterMark } : { path, highWaterMark },
  )
  const near = await connect(path === undefined ? { host: loopback, port: portOf(server) } : { path })
  await using far = await server.accept()
  const [written, received] = await Promise.all([write(near, stream), read(far, stream)])
  expect(received).toBeGreaterThanOrEqual(written.taken)
  expect(received).toBeLessThanOrEqual(written.all)
}

/** What is there, but for memory that waits to be collected. */
function left() {
  const { memory: _, ...rest } = usage()
  return rest
}

async function check(crowd: Stream[]): Promise<void> {
  const before = left()
  await Promise.all(crowd.map(carry))
  expect(left()).toEqual(before)
}

it('whatever is written arrives, whole and in order, however both ends behave', { timeout: 120_000 }, () =>
  fc.assert(fc.asyncProperty(crowds, check), { seed, numRuns: 40 }),
)
