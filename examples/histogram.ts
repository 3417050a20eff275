// The example of the README, which a test holds against this file.

import * as cuda from 'heddle/cuda'
import { open } from 'heddle/fs'

await using gpu = await cuda.open('host') // or cuda.open(0): the first GPU
const copy = gpu.stream()
const compute = gpu.stream()
const counts = await gpu.alloc('u64', 256)
const onDevice = await gpu.alloc('u8', 1 << 20)
const staged = await gpu.pinned('u8', 1 << 20) // staged.array is a Uint8Array over pinned memory

await using file = await open(process.execPath) // names, results and errors of node:fs/promises
const { bytesRead } = await file.read(staged.array) // io_uring reads straight into pinned memory

compute.fill(counts, 0n)
copy.copy(onDevice.slice(0, bytesRead), staged.slice(0, bytesRead))
compute.wait(copy) // the device waits, nothing else does
compute.histogram(counts, onDevice.slice(0, bytesRead))
const result = new BigUint64Array(256)
await compute.copy(result, counts) // one wake-up for everything above
console.log(result[0], 'zero bytes of', bytesRead)
