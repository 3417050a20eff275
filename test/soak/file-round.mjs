// Files and FIFOs: what goes well, what fails, what is cancelled, what is detached.
import { constants } from 'node:fs'
import { join } from 'node:path'
import { lstat, open, readFile, stat, writeFile } from 'heddle/fs'

export async function fileRound(folder, fifo) {
  await Promise.all([wholeFiles(folder), oneHandle(folder), pipe(fifo), failures(folder)])
}

async function wholeFiles(folder) {
  const path = join(folder, 'whole')
  await writeFile(path, Buffer.alloc(300_000, 'heddle '))
  await writeFile(path, ['more', new Uint8Array(10)], { flag: 'a', flush: true })
  await Promise.all([readFile(path), readFile(path, 'latin1'), stat(path, { bigint: true }), lstat(path)])
}

async function oneHandle(folder) {
  const handle = await open(join(folder, 'handle'), constants.O_RDWR | constants.O_CREAT)
  await handle.write(new Uint8Array(65_536), 0, 65_536, 0)
  const operations = Array.from({ length: 200 }, (_, i) =>
    handle.read(new Uint8Array(4096), 0, 4096, i * 300),
  )
  operations.push(handle.stat(), handle.sync(), handle.datasync(), handle.write('text', 10))
  operations.push(handle.read(Buffer.alloc(1 << 20), 0, 1 << 20, 0))
  await Promise.all([...operations, handle.close()])
}

async function pipe(fifo) {
  const handle = await open(fifo, 'r+')
  const bytes = new Uint8Array(1024)
  const reading = handle.read(bytes)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  await handle.write('something')
  await Promise.allSettled([reading])
  const cancelled = Array.from({ length: 8 }, () => handle.read(new Uint8Array(16)))
  await Promise.all([Promise.allSettled(cancelled), handle.close()])
}

async function failures(folder) {
  const handle = await open(folder)
  const outcomes = await Promise.allSettled([
    open(join(folder, 'missing')),
    stat(join(folder, 'missing')),
    readFile(folder),
    writeFile('/dev/full', 'text'),
    writeFile(folder, 'text'),
    handle.read(new Uint8Array(8)),
    handle.write('text'),
    handle.read({ length: -1 }),
    readFile('missing', { signal: AbortSignal.abort() }),
  ])
  if (outcomes.some(({ status }) => status === 'fulfilled')) throw new Error('something went well')
  await handle.close()
}
