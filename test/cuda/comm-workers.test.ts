import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { comm, commId } from 'heddle/cuda'
import { expect, it } from 'vitest'
import { expectCudaError, rejection } from './failures.ts'
import { openHost } from './target.ts'

it('ranks may be in Workers, and one that is terminated is an error for the others', async () => {
  const gpu = await openHost()
  const id = await commId(gpu)
  const url = new URL('fixtures/rank-worker.mjs', import.meta.url)
  const workers = [1, 2].map((rank) => new Worker(url, { workerData: { id, rank, size: 3 } }))
  const results = workers.map((worker) => once(worker, 'message'))
  const own = await comm(gpu, { id, rank: 0, size: 3 })
  const stream = gpu.stream()
  const array = await gpu.alloc('f32', 1000)
  await stream.fill(array, 1)
  await own.allReduce(stream, array)
  for (const [value] of await Promise.all(results)) expect(value).toBe(6)
  const [first, second] = workers as [Worker, Worker]
  const lost = rejection(own.receive(stream, array, 1))
  await first.terminate()
  expectCudaError(await lost, { code: 'heddleErrorCollectiveRemote' })
  await second.terminate()
})
