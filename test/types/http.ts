// Checked by `npm run types`; never run.
import {
  type BodyTarget,
  type Client,
  type ClientOptions,
  type GetOptions,
  get,
  type HeadersLike,
  HttpError,
  HttpResponse,
  type NetworkError,
  post,
  request,
} from 'heddle/http'
import type { Equal, Expect } from './equal.ts'

declare const response: HttpResponse
declare const client: Client

export type Get = Expect<Equal<ReturnType<typeof get>, Promise<HttpResponse>>>
export type Bytes = Expect<Equal<ReturnType<typeof response.bytes>, Promise<Uint8Array<ArrayBuffer>>>>
export type Text = Expect<Equal<ReturnType<typeof response.text>, Promise<string>>>
export type Json = Expect<Equal<ReturnType<typeof response.json>, Promise<unknown>>>
export type Code = Expect<Equal<HttpError['code'], string>>
export type Port = Expect<Equal<NetworkError['port'], number | undefined>>

get('http://host/')
get(new URL('http://host/'), { timeout: 5, signal: AbortSignal.timeout(1), range: { start: 1, end: 2 } })
get('http://host/', { headers: { a: '1', b: 2, c: ['3', '4'], d: undefined } })
get('http://host/', { headers: [['a', 'b']] })
get('http://host/', { headers: new Headers(), redirect: 'manual', maxRedirects: 0 })
get('http://host/', { into: new Float32Array(4) })
post('http://host/', 'text', { headers: {} })
post('http://host/', new Uint8Array(4))
request('PUT', 'http://host/', { body: Buffer.alloc(1) })
client.get('http://host/', {} satisfies GetOptions)
export const disposable: AsyncDisposable = client
export const chunks: AsyncIterable<Uint8Array> = response
export const options: ClientOptions = { maxConnections: 5, idleTimeout: 0 }
export const headers: HeadersLike = { a: 'b' }
export const target: BodyTarget = new Uint8Array(1)
export const isAnError: boolean = new Error() instanceof HttpError

// @ts-expect-error: no such mode
get('http://host/', { redirect: 'sometimes' })
// @ts-expect-error: a number is no URL
get(80)
// @ts-expect-error: a body is bytes or text
post('http://host/', { json: true })
// @ts-expect-error: made by requests alone
export const other = new HttpResponse()
// @ts-expect-error: read-only
response.status = 200
