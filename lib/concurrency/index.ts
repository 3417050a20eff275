export { type AllOptions, all, type ResultOf } from './all.js'
export { type AnyOptions, any, type Winner, type WinnerOf } from './any.js'
export { Channel, type ChannelOptions, type Received } from './channel.js'
export { offload } from './offload.js'
export { OffloadError } from './offload-error.js'
export {
  type OffloadModuleOptions,
  type OffloadOptions,
  OffloadPool,
  type OffloadPoolOptions,
} from './offload-pool.js'
export { type Scope, type ScopeOptions, scope } from './scope.js'
export { type AcquireOptions, type Permit, Semaphore } from './semaphore.js'
export type { Task } from './task.js'
export { type TimeoutOptions, timeout } from './timeout.js'
