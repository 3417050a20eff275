import { readFile } from 'node:fs/promises'
import { CompileError, type Device, type DeviceArray, type Kernel, type PinnedArray } from 'heddle/cuda'
import { pathOf } from '../program.js'
import { LeftOut } from './left-out.js'

/** The kernels of bench/kernels/timed.cu. */
export interface TimedKernels {
  readonly tiny: Kernel<[number, number, DeviceArray<'f32'>, DeviceArray<'f32'>]>
  readonly stamp: Kernel<[PinnedArray<'u32'>, number, PinnedArray<'u64'>]>
}

const source = new URL('../../../bench/kernels/timed.cu', import.meta.url)

/** The clock of the host device is the computer's own, the one that process.hrtime() shows. */
const hostClock = `
  #include <time.h>
  static unsigned long long now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1000000000ull * time.tv_sec + time.tv_nsec;
  }`

/**
 * Loads the kernels: on a GPU the image that nvcc made when the benchmarks were built, on the host device with the system's C++
 * compiler, where there is one.
 */
export async function timedKernels(gpu: Device): Promise<TimedKernels> {
  if (gpu.info.id === 'host') return compiled(gpu)
  const library = await gpu.library(await readFile(pathOf('kernels/timed.fatbin')))
  return {
    tiny: await library.kernel('tiny', ['u32', 'f32', 'f32*', 'f32*']),
    stamp: (await library.kernel('stamp', ['u32*', 'u64', 'u64*'])) as TimedKernels['stamp'],
  }
}

async function compiled(gpu: Device): Promise<TimedKernels> {
  try {
    const text = await readFile(source, 'utf8')
    return (await gpu.compile(text, { headers: { 'now.cuh': hostClock } })) as unknown as TimedKernels
  } catch (error) {
    if (error instanceof CompileError && error.code === 'ERR_HEDDLE_COMPILER')
      throw new LeftOut('the host device needs a C++ compiler for kernels, and there is none')
    throw error
  }
}
