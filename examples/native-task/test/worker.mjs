import { parentPort, workerData } from 'node:worker_threads'
import { rot13 } from '../index.mjs'

const forever = async (path) => {
  for (;;) await rot13(path, { signal: new AbortController().signal }).catch(() => {})
}
for (const path of [workerData, `${workerData}/missing`]) {
  for (let i = 0; i < 4; ++i) forever(path)
}
await rot13(workerData)
parentPort.postMessage('under way')
