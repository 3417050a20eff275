// Two devices train side by side: while one layer's gradients are computed, those of the layer before are reduced. Runs
// on the first two GPUs where NCCL is there, and on two host devices anywhere else.

import * as cuda from 'heddle/cuda'

const layers = 6
const parameters = 1 << 18

const gpus = cuda.devices().length >= 2 && process.argv[2] !== 'host'
const devices = await Promise.all([0, 1].map((id) => cuda.open(gpus ? id : 'host')))
const comms = await cuda.comm(devices)

const results = await Promise.all(
  devices.map(async (device, rank) => {
    const [compute, exchange] = [
      device.stream({ label: `compute ${rank}` }),
      device.stream({ label: `exchange ${rank}` }),
    ]
    const comm = comms[rank] as cuda.Comm
    const gradients = await Promise.all(Array.from({ length: layers }, () => device.alloc('f32', parameters)))
    for (const [layer, gradient] of gradients.entries()) {
      compute.fill(gradient, layer + rank) // stands for the backward pass of this layer
      exchange.wait(compute) // on the device: nothing waits here
      comm.allReduce(exchange, gradient, undefined, { op: 'average' }) // beside the next layer's fill
    }
    await exchange.sync()
    const seen = new Float32Array(layers)
    for (const [layer, gradient] of gradients.entries())
      await exchange.copy(seen.subarray(layer, layer + 1), gradient.slice(0, 1))
    return [...seen]
  }),
)

console.log(`on ${gpus ? 'GPUs' : 'host devices'}, averaged gradients by layer:`, ...(results[0] as number[]))
if (String(results[0]) !== String(results[1])) throw new Error('the ranks differ')
for (const comm of comms) comm.dispose()
await Promise.all(devices.map((device) => device.close()))
