import { EventEmitter } from 'node:events'
import { constants } from 'node:fs'
import { expect, submit, withdraw } from '../bridge/bridge.js'
import { FirstOfRound } from '../bridge/first-of-round.js'
import { opcode, pastCache, tryPageCache } from '../bridge/layout.js'
import { placeOf } from '../bridge/memory.js'
import { addon } from '../native.js'
import { transferExtents } from './extents.js'
import { closedError } from './file-error.js'
import type { Limit } from './limit.js'
import { call } from './pending.js'
import { ended, PendingTransfer, transferred } from './pending-transfer.js'
import { statDescriptor } from './stat.js'
import type { TransferRange } from './transfer-range.js'

/** Of reads that are made in the call where many together are made sooner. */
const first = new FirstOfRound(8)

function closeDescriptor(fd: number): Promise<void> {
  return call<void>(
    { syscall: 'close' },
    (id) => void submit(opcode.close, id, fd, 0, 0, 0, 0, 0),
    () => undefined,
  )
}

/** Closes the descriptors of handles that were dropped open. */
const dropped = new FinalizationRegistry<{ fd: number; handles: string }>(({ fd, handles }) => {
  process.emitWarning(
    `Closing file descriptor ${fd} on garbage collection. Close ${handles} before dropping them.`,
  )
  void closeDescriptor(fd).catch(() => undefined)
})

/** A descriptor with its life: what is in flight on it, and how it is closed. What can be done with it is FileHandle's. */
export class OpenFile extends EventEmitter implements AsyncDisposable {
  #fd: number
  readonly #readFlags: number
  /** Reads and writes; they may wait for ever on what is not a regular file. */
  #transfers = 0
  /** Everything else that is one operation, which always ends. */
  #calls = 0
  /** What is made of many operations: a whole file that is read or written. */
  #holds = 0
  #changed: (() => void) | undefined
  #closing: Promise<void> | undefined

  /** Takes over the descriptor. `flags` are those it was opened with; `handles` is what users know such objects as. */
  constructor(fd: number, flags: number, handles = 'FileHandles') {
    super()
    this.#fd = fd
    this.#readFlags = (flags & constants.O_DIRECT) === 0 ? tryPageCache : pastCache
    dropped.register(this, { fd, handles }, this)
  }

  /** The descriptor, or -1 once the handle is closed. */
  get fd(): number {
    return this.#fd
  }

  /** Moves bytes of one buffer. Precondition: the range is not empty. */
  protected transfer(
    operation: number,
    range: TransferRange,
    given: unknown,
    limit: Limit | undefined,
  ): Promise<unknown> {
    const { view } = range
    const { memory, byteOffset } = placeOf(view)
    const reads = operation === opcode.read
    const { offset, length, position } = range
    let flags = this.#readFlags
    if (reads && flags === tryPageCache && position >= 0 && first.next()) {
      submit(operation, 0, this.#fd, memory, flags, byteOffset + offset, position, length)
      if (addon.readNow()) return Promise.resolve(transferred(reads, length, given))
      withdraw()
      flags = 0
    }
    return new Promise((resolve, reject) => {
      const pending = new PendingTransfer(this, reads, view, given, resolve, reject)
      const id = expect(pending)
      this.#transfers++
      submit(operation, id, this.#fd, memory, flags, byteOffset + offset, position, length)
      if (limit !== undefined) pending.watch = limit.watch(id)
    })
  }

  /** Moves many ranges of the file in one submission; resolves to how many bytes each came to. */
  protected extents(
    operation: number,
    ranges: readonly TransferRange[],
    limit: Limit | undefined,
  ): Promise<number[]> {
    this.#transfers++
    return transferExtents(this, operation, this.#fd, this.#readFlags, ranges, limit)
  }

  /** A transfer that is handed to native code by somebody else, who calls `ended`. Returns the descriptor. */
  protected began(): number {
    this.#transfers++
    return this.#fd
  }

  /** @internal A transfer has ended. */
  [ended](): void {
    this.#transfers--
    this.#changed?.()
  }

  /** One operation, other than a transfer. `syscall` is for the error when the file is closed. */
  protected async counted<T>(syscall: string, begin: (fd: number) => Promise<T>): Promise<T> {
    if (this.#fd === -1) throw closedError(syscall)
    this.#calls++
    try {
      return await begin(this.#fd)
    } finally {
      this.#calls--
      this.#changed?.()
    }
  }

  /** Many operations, between which a regular file is not closed. */
  protected async held<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#fd === -1) throw closedError(name)
    this.#holds++
    try {
      return await work()
    } finally {
      this.#holds--
      this.#changed?.()
    }
  }

  /**
   * Closes the file, and emits `'close'`. What is in flight on a regular file is waited for; what waits for a pipe, a terminal
   * or a device to have something is cancelled (it rejects with `ECANCELED`). New operations fail from the call on, or from
   * when a whole file that is being read or written through this handle is done. Closing twice gives the same Promise.
   */
  readonly close = (): Promise<void> => {
    if (this.#closing === undefined) {
      if (this.#fd === -1) return Promise.resolve()
      this.#closing = this.#holds > 0 ? this.#closeLater(this.#fd) : this.#close(this.#giveUp())
      this.emit('close')
    }
    return this.#closing
  }

  #giveUp(): number {
    const fd = this.#fd
    this.#fd = -1
    dropped.unregister(this)
    return fd
  }

  async #closeLater(fd: number): Promise<void> {
    if (await alwaysEnds(fd)) await this.#until(() => this.#holds === 0)
    await this.#close(this.#giveUp())
  }

  async #close(fd: number): Promise<void> {
    const waits = this.#transfers > 0 && (await alwaysEnds(fd))
    await this.#until(() => this.#calls === 0 && (!waits || this.#transfers === 0))
    await closeDescriptor(fd)
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve
      })
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Whether reads and writes of the file end by themselves. */
async function alwaysEnds(fd: number): Promise<boolean> {
  const type = await statDescriptor(fd, false)
  return type.isFile() || type.isDirectory() || type.isBlockDevice()
}
