import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { allocAligned, type FileHandle, open } from 'heddle/fs'
import type { BenchOptions } from './area.js'
import { HotFile } from './hot-file.js'
import { randomOffsets } from './offsets.js'
import { readInLoops } from './read-loops.js'
import { interleave } from './rounds.js'
import { lowerIsBetter, type Row } from './row.js'

const run = promisify(execFile)
const block = 4096
const fileSize = 256 * 2 ** 20
const depths = [32, 128]
const goal = 1 / 0.9

/** 4 KiB at random offsets past the page cache, beside fio with the same engine. */
export async function directReads(options: BenchOptions): Promise<Row[]> {
  if (!(await hasFio())) return without('fio is not installed (Debian and Ubuntu: apt-get install fio)')
  await using file = await HotFile.create(fileSize)
  const ours = await openDirect(file.path)
  if (ours === undefined) return without('the file system of the temporary directory has none')
  try {
    const rows: Row[] = []
    for (const inFlight of depths) rows.push(await compare(ours, file.path, inFlight, options))
    return rows
  } finally {
    await ours.close()
  }
}

async function compare(
  ours: FileHandle,
  path: string,
  inFlight: number,
  { quick, progress }: BenchOptions,
): Promise<Row> {
  progress(`io: direct reads, ${inFlight} in flight`)
  const buffers = Array.from({ length: inFlight }, () => allocAligned(block))
  const plan = { block, offsets: randomOffsets(quick ? 10_000 : 50_000, fileSize, block, 11) }
  const took = await interleave(
    { ours: () => readInLoops(ours, buffers, plan), fio: () => fio(path, inFlight, plan.offsets.length) },
    { rounds: quick ? 3 : 9, warmups: 1 },
  )
  return lowerIsBetter({
    name: `4 KiB direct reads, ${inFlight} in flight`,
    unit: 'us/read',
    ours: took.ours,
    peer: took.fio,
    peerName: 'fio, io_uring',
    goal,
  })
}

function without(reason: string): Row[] {
  console.error(`bench: no rows for direct reads: ${reason}`)
  return []
}

async function hasFio(): Promise<boolean> {
  return run('fio', ['--version']).then(
    () => true,
    () => false,
  )
}

/** Undefined where the file system has no O_DIRECT. */
async function openDirect(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, { direct: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return undefined
    throw error
  }
}

/** Microseconds for each read, by fio's own clock. */
async function fio(path: string, inFlight: number, reads: number): Promise<number> {
  const args = ['--name=read', `--filename=${path}`, '--rw=randread', `--bs=${block}`, '--direct=1']
  args.push('--ioengine=io_uring', `--iodepth=${inFlight}`, `--number_ios=${reads}`, '--norandommap')
  args.push('--invalidate=0', '--thread', '--output-format=json')
  const { stdout } = await run('fio', args)
  return 1e6 / JSON.parse(stdout).jobs[0].read.iops
}
