import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readdir } from 'heddle/fs'
import { onTestFinished } from 'vitest'
import type { TempFolder } from '../fixtures/temp.ts'

/** How many threads an environment has for calls that can only block: native/blocking_pool.hpp. */
const threads = 4

/**
 * Gives every thread of the environment's pool something that goes on until this is disposed of: what is asked of the pool
 * meanwhile stays pending.
 */
export function fillPool(temp: TempFolder): AsyncDisposable {
  const folder = temp.fresh('endless')
  mkdirSync(folder)
  // Followed, they lead to 2 ** 40 folders before the system sees a loop.
  for (const name of ['a', 'b']) symlinkSync('.', join(folder, name))
  const end = new AbortController()
  onTestFinished(() => end.abort())
  const listings = Array.from({ length: threads }, () =>
    readdir(folder, { recursive: true, signal: end.signal }),
  )
  return {
    async [Symbol.asyncDispose]() {
      end.abort()
      await Promise.allSettled(listings)
    },
  }
}
