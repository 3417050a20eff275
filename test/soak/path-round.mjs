// Paths: what goes well, what fails, what is called off, folders that are left in the middle.
import { join } from 'node:path'
import * as fs from 'heddle/fs'

export async function pathRound(folder) {
  const place = await fs.mkdtemp(join(folder, 'paths-'))
  for (let i = 0; i < 100; ++i) await fs.writeFile(join(place, `${i}`.repeat(20)), '')
  await fs.mkdir(join(place, 'inner/most'), { recursive: true })
  await Promise.all([goThrough(place), leaveEarly(place), callOff(place)])
  await fs.rm(place, { recursive: true, timeout: 1e9 })
}

async function goThrough(place) {
  let met = 0
  for await (const _ of await fs.opendir(place, { recursive: true, bufferSize: 1 })) ++met
  if (met < 102) throw new Error(`met ${met} entries`)
}

async function leaveEarly(place) {
  for await (const _ of await fs.opendir(place)) break
  const dir = await fs.opendir(place)
  const reads = [dir.read(), dir.read({ signal: AbortSignal.timeout(0) }), dir.read({ timeout: 0 })]
  const closed = [dir.close(), dir.close(), dir.read(), fs.opendir(join(place, 'missing'))]
  await Promise.allSettled([...reads, ...closed])
}

/** Each may succeed or not, as it happens. */
async function callOff(place) {
  const controller = new AbortController()
  const limits = { signal: controller.signal, timeout: 5 }
  const calls = Array.from({ length: 20 }, (_, i) => [
    fs.access(place, 0, limits),
    fs.mkdir(join(place, `made-${i}`), limits),
    fs.realpath(place, limits),
    fs.symlink('here', join(place, `link-${i}`), null, limits),
    fs.statfs(place, limits),
    fs.cp(join(place, 'inner'), join(place, `copy-${i}`), { recursive: true, ...limits }),
  ]).flat()
  await Promise.resolve()
  controller.abort()
  await Promise.allSettled(calls)
}
