import { type Availability, availability } from './cuda/availability.js'
import { addon } from './native.js'

/** What heddle can use on this host. */
export interface Capabilities {
  /** Release of the running kernel, such as `6.1.0-13-amd64`. */
  readonly kernel: string
  /** How files are read and written, and why so: for people. `HEDDLE_IO=uring|fallback` in the environment forces one. */
  readonly io: { readonly backend: 'uring' | 'fallback'; readonly reason: string }
  /** Whether there is a GPU to use, and if not, why and what would help. */
  readonly cuda: Availability
}

/** What heddle can use on this host. Never throws, and starts nothing. */
export function capabilities(): Capabilities {
  return { ...addon.capabilities(), cuda: availability() }
}
