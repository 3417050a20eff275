import { rmSync } from 'node:fs'
import { mkdtemp, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Small beside what is measured: the buffers below are still in memory when a measurement starts. */
const piece = 256 << 10

/** A temporary file of `size` bytes that lies in the page cache; disposing removes it. */
export class HotFile implements AsyncDisposable {
  readonly path: string
  readonly #folder: string
  /** Also when the run is broken off: such files are large. */
  readonly #removeAtExit = () => this.#remove()

  private constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'hot')
    process.once('exit', this.#removeAtExit)
  }

  static async create(size: number): Promise<HotFile> {
    const file = new HotFile(await mkdtemp(join(tmpdir(), 'heddle-bench-')))
    await file.#write(size)
    await file.#read()
    return file
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#removeAtExit)
    this.#remove()
  }

  /** Synced, so that no write-back goes on in the background while the rounds run. */
  async #write(size: number): Promise<void> {
    const content = crypto.getRandomValues(new Uint32Array(1 << 14))
    const bytes = Buffer.alloc(piece, new Uint8Array(content.buffer))
    await using file = await open(this.path, 'wx')
    for (let written = 0; written < size; ) {
      const { bytesWritten } = await file.write(bytes, 0, Math.min(piece, size - written))
      written += bytesWritten
    }
    await file.sync()
  }

  async #read(): Promise<void> {
    const bytes = Buffer.alloc(piece)
    await using file = await open(this.path)
    while ((await file.read(bytes, 0, piece)).bytesRead > 0);
  }

  #remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
