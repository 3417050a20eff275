import * as fc from 'fast-check'
import type { FileHandle } from 'heddle/fs'
import { expect } from 'vitest'

/** A part of the file, in the room of one transfer: others of its batch have rooms of their own. */
interface Part {
  /** What lies between it and the part before. */
  readonly gap: number
  readonly length: number
}

/** One transfer, of each part. */
interface Transfer {
  readonly how: 'one by one' | 'vectored' | 'together'
  readonly writes: boolean
  readonly parts: readonly Part[]
}

/** What is in flight at one time, and then the file is cut or lengthened. */
interface Batch {
  readonly transfers: readonly Transfer[]
  readonly syncs: boolean
  readonly truncate: number | null
}

/** The bytes that a transfer has to itself. */
const room = 700_000
const mostTransfers = 10

// Around the sizes by which transfers go different ways: a page, what is copied on the JavaScript thread, what a round copies.
const length = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 4090, max: 4100 }),
  fc.integer({ min: 131_070, max: 131_075 }),
  fc.integer({ min: 1, max: 130_000 }),
)
const part = fc.record({ gap: fc.nat(12_000), length })
const transfer: fc.Arbitrary<Transfer> = fc.record({
  how: fc.constantFrom('one by one', 'vectored', 'together'),
  writes: fc.boolean(),
  parts: fc.array(part, { minLength: 1, maxLength: 4 }),
})
const batch: fc.Arbitrary<Batch> = fc.record({
  transfers: fc.array(transfer, { maxLength: mostTransfers }),
  syncs: fc.boolean(),
  truncate: fc.option(fc.nat(room * 2), { freq: 2 }),
})

/** What one file goes through. */
export const histories = fc.array(batch, { minLength: 1, maxLength: 6 })

/** A file, and what it has to hold. */
export class FileModel {
  readonly #file: FileHandle
  readonly #content = Buffer.alloc(mostTransfers * room)
  #size = 0
  #written = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  get content(): Buffer {
    return this.#content.subarray(0, this.#size)
  }

  async go(history: readonly Batch[]): Promise<void> {
    for (const { transfers, syncs, truncate } of history) {
      const size = this.#size
      const inFlight = transfers.map((transfer, i) =>
        transfer.writes ? this.#write(transfer, i * room) : this.#read(transfer, i * room, size),
      )
      if (syncs) inFlight.push(this.#file.datasync())
      await Promise.all(inFlight)
      if (truncate !== null) {
        await this.#file.truncate(truncate)
        this.#content.fill(0, truncate)
        this.#size = truncate
      }
      expect((await this.#file.stat()).size).toBe(this.#size)
    }
  }

  /** Where the parts lie: one behind the other. */
  #places({ how, parts }: Transfer, from: number): { position: number; length: number }[] {
    let end = from
    return parts.map(({ gap, length }, i) => {
      const position = how === 'vectored' && i > 0 ? end : end + gap
      end = position + length
      return { position, length }
    })
  }

  #write(transfer: Transfer, from: number): Promise<unknown> {
    const places = this.#places(transfer, from)
    const extents = places.map(({ position, length }) => {
      const buffer = Buffer.alloc(length)
      for (let i = 0; i < length; i += 7) buffer[i] = ++this.#written
      this.#size = Math.max(this.#size, position + length)
      buffer.copy(this.#content, position)
      return { buffer, position }
    })
    if (transfer.how === 'together') return this.#file.writeMany(extents)
    if (transfer.how === 'vectored') {
      const [first] = extents
      return this.#file.writev(
        extents.map(({ buffer }) => buffer),
        first?.position,
      )
    }
    return Promise.all(
      extents.map(({ buffer, position }) => this.#file.write(buffer, 0, buffer.length, position)),
    )
  }

  /** Reads what no other transfer of the batch writes. `size`: that of the file when the batch began. */
  async #read(transfer: Transfer, from: number, size: number): Promise<void> {
    const places = this.#places(transfer, from)
    const buffers = places.map(({ length }) => Buffer.alloc(length, 0xee))
    const extents = places.map(({ position }, i) => ({ buffer: buffers[i] as Buffer, position }))
    let counts: readonly number[]
    if (transfer.how === 'together') counts = await this.#file.readMany(extents)
    else if (transfer.how === 'vectored') {
      const { bytesRead } = await this.#file.readv(buffers, extents[0]?.position)
      let left = bytesRead
      counts = buffers.map(({ length }) => {
        const count = Math.min(left, length)
        left -= count
        return count
      })
    } else {
      const results = await Promise.all(
        extents.map(({ buffer, position }) => this.#file.read(buffer, 0, buffer.length, position)),
      )
      counts = results.map(({ bytesRead }) => bytesRead)
    }
    for (const [i, { position, length }] of places.entries()) {
      const buffer = buffers[i] as Buffer
      const count = counts[i] as number
      // A transfer beside this one may lengthen the file meanwhile: what is between is zero then.
      const had = Math.min(length, Math.max(0, size - position))
      expect(count).toBeGreaterThanOrEqual(had)
      expect(buffer.subarray(0, had).equals(this.#content.subarray(position, position + had))).toBe(true)
      expect(buffer.subarray(had, count).every((byte) => byte === 0)).toBe(true)
      expect(buffer.subarray(count).every((byte) => byte === 0xee)).toBe(true)
    }
  }
}
