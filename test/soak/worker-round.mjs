// Workers: one that ends by itself, one that is ended in the middle of everything.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { makePlaces } from '../fixtures/programs/places.mjs'

const program = (name) => new URL(`../fixtures/programs/${name}.mjs`, import.meta.url)

export async function workerRound(folder) {
  const places = makePlaces(mkdtempSync(join(folder, 'places-')))
  const ended = new Worker(program('worker'), { workerData: { kind: 'everything', places } })
  await once(ended, 'message')
  await ended.terminate()
  rmSync(places.folder, { recursive: true })

  const other = new Worker(program('worker-life'), { workerData: 'read' })
  await once(other, 'exit')
}
