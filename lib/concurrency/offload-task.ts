import type { MessagePort } from 'node:worker_threads'
import type { Failure } from './offload-failure.js'

/** What a worker is asked to run. Arguments and result go through the port, so that each is copied once. */
export interface OffloadTask {
  readonly code: Code
  readonly port: MessagePort
}

/** Text of a function, or a module and the name of its export. */
export type Code = { readonly source: string } | { readonly module: string; readonly name: string }

/** What the worker puts into the port. */
export type OffloadResult =
  | { readonly value: unknown }
  | { readonly thrown: Failure | string | number | bigint | boolean | null | undefined }
  | { readonly refused: 'clone' | 'export'; readonly message: string }
