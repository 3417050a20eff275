export { ArgumentRangeError, ArgumentTypeError, ArgumentValueError } from './argument-errors.js'
export { type Capabilities, capabilities } from './capabilities.js'
export * from './concurrency/index.js'
export {
  AbortError,
  ClosedError,
  HeddleError,
  LoadError,
  OvertakenError,
  SiblingError,
  TimeoutError,
} from './errors.js'
export { type BlockingPoolMetrics, metrics, type RuntimeMetrics } from './metrics.js'
export { type SleepOptions, sleep } from './sleep.js'
