import { LinkedAbort } from '../concurrency/linked-abort.js'
import { AbortError } from '../errors.js'
import { Client } from '../http/client.js'
import { HttpError } from '../http/http-error.js'
import type { HttpResponse } from '../http/response.js'
import { toUrl, withoutCredentials } from '../http/url.js'
import type { Device } from './device.js'
import type { Loaded, LoadOptions } from './load.js'
import { receive } from './receive.js'

/** A part of the resource, and who carries it. */
interface Part {
  readonly start: number
  readonly end: number
  readonly response: HttpResponse | Promise<HttpResponse>
}

/** A connection of its own is not worth while for less. */
const leastPart = 4 << 20
const progressTime = 20

interface UrlLoadOptions extends LoadOptions {
  readonly chunkBytes: number
  readonly connections: number
}

/** What `load` does with a URL of http. */
export async function loadUrl(source: URL, device: Device, options: UrlLoadOptions): Promise<Loaded> {
  const { signal } = options
  const url = toUrl(source)
  if (signal?.aborted) throw new AbortError(signal)
  using failed = new LinkedAbort(signal)
  // A server that says nothing more would otherwise keep this waiting for a device that is not there any more.
  const forget = device.whenOver((why) => failed.abort(why))
  try {
    return await loadParts(url, device, options, failed)
  } catch (error) {
    throw firstOf(error, failed.signal, signal)
  } finally {
    forget()
  }
}

async function loadParts(
  url: URL,
  device: Device,
  { chunkBytes, connections, onProgress }: UrlLoadOptions,
  failed: LinkedAbort,
): Promise<Loaded> {
  const begun = performance.now()
  await using client = new Client()
  await using first = await client.get(url, { signal: failed.signal })
  const size = sizeOf(first)
  const bytes = await device.alloc('u8', size)
  let done = 0
  let told = begun
  const onBytes = (count: number) => {
    done += count
    const now = performance.now()
    if (onProgress === undefined || done === size || now - told < progressTime) return
    told = now
    onProgress({ bytes: done, total: size })
  }
  const load = async ({ start, end, response }: Part): Promise<void> => {
    const from = await response
    const target = bytes.slice(start, end)
    const receiving = { device, chunkBytes, onBytes }
    const received = await receive((view) => from.read(view, true), target, receiving)
    if (received < end - start) throw truncated(url, size)
    if (start === 0) await from.cancel()
  }
  // What asks for the parts is the same as what asked for the whole, as far as that went to the same origin.
  const at = new URL(first.url)
  const credentials = at.origin === url.origin ? url : at
  at.username = credentials.username
  at.password = credentials.password
  const parts = partsOf(first, at, size, connections, client, failed.signal)
  const results = await Promise.allSettled(
    parts.map((part) =>
      load(part).catch((error) => {
        failed.abort(error)
        throw error
      }),
    ),
  )
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) {
    bytes.dispose()
    throw failure.reason
  }
  onProgress?.({ bytes: size, total: size })
  const pieces = parts.reduce((sum, { start, end }) => sum + Math.ceil((end - start) / chunkBytes), 0)
  const stats = {
    bytes: size,
    milliseconds: performance.now() - begun,
    reads: pieces,
    copies: pieces,
    stagingBytes: Math.min(size, parts.length * 2 * chunkBytes),
  }
  return { bytes, stats }
}

/** The first failure tells the others to stop; theirs are of no interest. */
function firstOf(reason: unknown, failed: AbortSignal, given: AbortSignal | undefined): unknown {
  return given?.aborted !== true && failed.aborted ? failed.reason : reason
}

function sizeOf(response: HttpResponse): number {
  const { status, contentLength, url } = response
  if (status === 200 && contentLength !== undefined) return contentLength
  if (status === 200) {
    throw new HttpError(
      'ERR_HEDDLE_HTTP_LENGTH',
      `${url} does not say how long it is, so no memory can be made for it`,
    )
  }
  throw new HttpError('ERR_HEDDLE_HTTP_STATUS', `${url} answered ${status} ${response.statusText}`)
}

/** The whole by the first response, or a part by each of several where the server can do that. */
function partsOf(
  first: HttpResponse,
  at: URL,
  size: number,
  connections: number,
  client: Client,
  signal: AbortSignal,
): Part[] {
  const ranges = first.headers.get('accept-ranges')?.toLowerCase() === 'bytes'
  const version = versionOf(first.headers)
  const several = ranges && version !== undefined
  const count = several ? Math.max(1, Math.min(connections, Math.floor(size / leastPart))) : 1
  const headers = { 'If-Range': version }
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor((size * i) / count)
    const end = Math.floor((size * (i + 1)) / count)
    if (i === 0) return { start, end, response: first }
    return {
      start,
      end,
      response: client
        .get(at, { range: { start, end }, headers, signal })
        .then((response) => checkRange(response, first, start, end, size)),
    }
  })
}

/**
 * What tells one version of the resource from every other, for `If-Range`; undefined: nothing does, and of another version
 * nothing may be mixed in. A date of change is as good as an entity tag when it was over by the time of the answer: what
 * changes twice in a second has one date for both (RFC 9110, 8.8.2.2).
 */
function versionOf(headers: Headers): string | undefined {
  const etag = headers.get('etag')
  if (etag?.startsWith('"')) return etag
  const changed = headers.get('last-modified')
  const answered = Date.parse(headers.get('date') ?? '')
  return changed !== null && answered - Date.parse(changed) >= 1000 ? changed : undefined
}

function checkRange(
  response: HttpResponse,
  first: HttpResponse,
  start: number,
  end: number,
  size: number,
): HttpResponse {
  const range = response.headers.get('content-range')
  // Not every server heeds If-Range.
  const same = ['etag', 'last-modified'].every((name) => {
    const part = response.headers.get(name)
    return part === null || part === first.headers.get(name)
  })
  if (same && response.status === 206 && range === `bytes ${start}-${end - 1}/${size}`) return response
  void response.cancel()
  throw new HttpError(
    'ERR_HEDDLE_HTTP_RANGE',
    `${response.url} was asked for the bytes from ${start} up to ${end} of ${size}, and answered ${response.status} with ${range ?? 'no range'}: it may have changed`,
  )
}

function truncated(url: URL, size: number): HttpError {
  return new HttpError(
    'ERR_HEDDLE_HTTP_TRUNCATED',
    `${withoutCredentials(url)} ended before its ${size} bytes`,
  )
}
