// Memory that a Python program works on in place, and an event by which its device waits for ours. On the first GPU the
// other end is CuPy; on the host device plain Python maps the same memory. A test runs the latter.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import * as cuda from 'heddle/cuda'

const n = 1000
const onGpu = cuda.devices().length > 0 && process.argv[2] !== 'host'
await using gpu = await cuda.open(onGpu ? 0 : 'host')
const stream = gpu.stream()
const array = await gpu.alloc('f32', n, { shareable: true }) // memory of a pool can't be given away
const ready = await gpu.ipcEvent()

stream.fill(array, 21)
await ready.record(stream) // the device has that in its queue now: others may wait for it
const hex = [await array.ipcHandle(), ready.handle].map((handle) => Buffer.from(handle).toString('hex'))

const script = fileURLToPath(new URL('../../examples/share-with-python.py', import.meta.url))
const python = spawn('python3', [script, onGpu ? 'gpu' : 'host', String(n), ...hex], { stdio: 'inherit' })
const [code] = await once(python, 'exit')
if (code !== 0) throw new Error(`the Python end failed with ${code}`)

const seen = new Float32Array(n)
await stream.copy(seen, array) // Python has waited for its own work before it ended
console.log(`${n} elements, the last of them ${seen[n - 1]}`)
