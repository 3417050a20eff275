import { Client } from './client.js'
import type { GetOptions, RequestBody, RequestOptions } from './request-options.js'
import type { HttpResponse } from './response.js'

let shared: Client | undefined

/** The client of those who bring none. It keeps no process alive. */
function client(): Client {
  shared ??= new Client()
  return shared
}

/**
 * Asks for a resource. Resolves when the head of the response is there, whatever its status; with `into`, when the body is
 * there too. No byte of the body passes through JavaScript before it is asked for.
 *
 * ```ts
 * const response = await get('http://host/weights.bin', { timeout: 10_000 })
 * const bytes = await response.bytes()
 * ```
 *
 * @throws rejects with a TypeError or RangeError for bad arguments; with an `HttpError` (see its codes), a `NetworkError`
 *   with Node's fields (`ECONNREFUSED`, `ENOTFOUND`, `ECONNRESET`), a `TimeoutError`, or an `AbortError`
 */
export function get(url: string | URL, options?: GetOptions): Promise<HttpResponse> {
  return client().get(url, options)
}

/**
 * Sends bytes, or a string as UTF-8. Otherwise like {@link get}. The bytes must not be changed until it resolves, and where a
 * server answers before it has read them, until the response's body is read: they are sent meanwhile, until it is complete.
 */
export function post(url: string | URL, body: RequestBody, options?: RequestOptions): Promise<HttpResponse> {
  return client().post(url, body, options)
}

/** Any method, with or without a body. Otherwise like {@link get}. */
export function request(
  method: string,
  url: string | URL,
  options?: RequestOptions & { body?: RequestBody | undefined },
): Promise<HttpResponse> {
  return client().request(method, url, options)
}
