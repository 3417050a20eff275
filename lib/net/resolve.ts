import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { timeout as inTime } from '../concurrency/timeout.js'
import { AbortError } from '../errors.js'
import type { WaitOptions } from './waiter.js'

/**
 * The addresses of a host, in the order in which they are to be tried; at least one. Names are looked up by Node, so that
 * its settings and its errors (`ENOTFOUND`, `EAI_AGAIN`, with `hostname`) hold. A lookup
 * that is given up goes on by itself.
 */
export async function resolveHost(host: string, { signal, timeout }: WaitOptions = {}): Promise<string[]> {
  if (isIP(host) !== 0) return [host]
  if (timeout === undefined) return await addressesOf(host, signal)
  return await inTime(timeout, (either) => addressesOf(host, either), { signal })
}

async function addressesOf(host: string, signal: AbortSignal | undefined): Promise<string[]> {
  const found = lookup(host, { all: true })
  if (signal === undefined) return (await found).map(({ address }) => address)
  return await new Promise((resolve, reject) => {
    const aborted = () => reject(new AbortError(signal))
    signal.addEventListener('abort', aborted, { once: true })
    found
      .then((all) => resolve(all.map(({ address }) => address)), reject)
      .finally(() => signal.removeEventListener('abort', aborted))
  })
}
