import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFiles } from 'heddle/fs'
import type { BenchOptions } from './area.js'
import { interleave } from './rounds.js'
import { lowerIsBetter, type Row } from './row.js'

const count = 1000
const size = 4096
const goal = 1 / 10

/** Whole files, all asked for at once. */
export async function smallFiles({ quick, progress }: BenchOptions): Promise<Row[]> {
  progress('io: small files')
  const folder = await mkdtemp(join(tmpdir(), 'heddle-bench-'))
  try {
    const paths = Array.from({ length: count }, (_, i) => join(folder, `${i}`))
    for (const path of paths) await writeFile(path, Buffer.alloc(size, 1))
    const measure = (read: () => Promise<Buffer[]>) => async () => {
      const start = performance.now()
      const files = await read()
      if (files.some((file) => file.byteLength !== size)) throw new Error('short file')
      return ((performance.now() - start) * 1000) / count
    }
    const took = await interleave(
      {
        ours: measure(() => readFiles(paths)),
        promises: measure(() => Promise.all(paths.map((path) => readFile(path)))),
      },
      { rounds: quick ? 9 : 31, warmups: 3 },
    )
    return [
      lowerIsBetter({
        name: `${count} files of 4 KiB`,
        unit: 'us/file',
        ours: took.ours,
        peer: took.promises,
        peerName: 'fs.promises',
        goal,
      }),
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}
