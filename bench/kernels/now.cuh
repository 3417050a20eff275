#pragma once

// Nanoseconds of the device's own clock, which runs on whatever kernel is there. On the host device bench/gpu/kernels.ts puts
// another file in place of this one.
__device__ __forceinline__ unsigned long long now() {
  unsigned long long nanoseconds;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(nanoseconds));
  return nanoseconds;
}
