import { randomBytes } from 'node:crypto'
import { constants } from 'node:os'
import { bind } from 'heddle/net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { collect, gc } from '../fixtures/collect.ts'
import { addon } from '../fixtures/internals.ts'
import { hasSettled } from '../fixtures/settled.ts'
import { pair, readAll } from './pair.ts'

/** Takes a buffer's memory away from it, and drops it. */
async function detach(bytes: Uint8Array): Promise<void> {
  structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] })
  expect(bytes.byteLength).toBe(0)
  await collect()
}

it('a write that waits sends the memory that it was given, also when that is detached meanwhile', async () => {
  await using both = await pair()
  const bytes = randomBytes(32 << 20)
  const sent = Buffer.from(bytes)
  const written = both.near.write(bytes)
  expect(await hasSettled(written)).toBe(false)
  await detach(bytes)
  const reading = readAll(both.far)
  await written
  await both.near.end()
  expect((await reading).equals(sent)).toBe(true)
})

it('is the memory that it was given from the call on: it may be given away, and be collected, in the same turn', async () => {
  await using both = await pair()
  const bytes = randomBytes(32 << 20)
  const sent = Buffer.from(bytes)
  const written = both.near.write(bytes)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
  gc()
  const reading = readAll(both.far)
  await written
  expect(both.near.writableBytes).toBe(0)
  await both.near.end()
  expect((await reading).equals(sent)).toBe(true)
})

it('so does a datagram that waits', async () => {
  await using near = await bind({ host: '127.0.0.1' })
  await using far = await bind({ host: '127.0.0.1' })
  // The loopback interface takes whatever comes: that it does not has to be pretended.
  const full = vi.spyOn(addon, 'sendDatagram').mockReturnValueOnce(-constants.errno.EAGAIN)
  onTestFinished(() => full.mockRestore())
  const bytes = new Uint8Array(1000).fill(7)
  const sending = near.send(bytes, far.address)
  await detach(bytes)
  await sending
  expect((await far.receive()).data.equals(Buffer.alloc(1000, 7))).toBe(true)
})
