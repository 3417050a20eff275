import { AbortWatch } from '../bridge/abort.js'
import { expect, type Pending } from '../bridge/bridge.js'
import { placeOf } from '../bridge/memory.js'
import { AbortError, ClosedError, TimeoutError } from '../errors.js'
import { addon, type NativeHttpHead } from '../native.js'
import { Body } from './body.js'
import { type Bounds, failureOf } from './failure.js'
import { type Fields, fieldOf } from './fields.js'
import { HttpError } from './http-error.js'
import type { Settings } from './request-options.js'
import { HttpResponse } from './response.js'
import { hostOf, locationOf, portOf, shownLocation, toUrl, withoutCredentials } from './url.js'

/** A request, ready to be sent. */
export interface Plan {
  /** Number of the client on the bridge. */
  readonly client: number
  /** The client itself, which stays as long as what it was asked for. */
  readonly owner: { readonly closed: boolean }
  readonly settings: Settings
  readonly fields: Fields
  method: string
  /** Without credentials. */
  url: URL
  body: Uint8Array | undefined
}

interface Answer {
  readonly head: NativeHttpHead
  readonly body: Body | undefined
}

/** A request that waits for the head of its response. */
class PendingHead implements Pending {
  watch: AbortWatch | undefined
  readonly bounds: Bounds
  /** The request's body, which stays until it has been sent. */
  readonly sent: Uint8Array | undefined
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void

  constructor(
    bounds: Bounds,
    sent: Uint8Array | undefined,
    resolve: (answer: Answer) => void,
    reject: (error: Error) => void,
  ) {
    this.bounds = bounds
    this.sent = sent
    this.resolve = resolve
    this.reject = reject
  }

  settle(status: number, value: number, id: number): void {
    this.watch?.release()
    if (status !== 0) {
      this.reject(failureOf(status, id, this.bounds))
      return
    }
    const head = addon.takeHttpDetail(id) as NativeHttpHead
    this.resolve({ head, body: value < 0 ? undefined : new Body(value, this.bounds) })
  }
}

/** Methods that say something with a body, and that they have none where there is none. */
const saysLength = new Set(['POST', 'PUT'])

/** To native code 0 is no limit. */
const leastTimeout = 1e-3

/** One exchange; `timeout` in milliseconds. */
function exchange(plan: Plan, timeout: number | undefined): Promise<Answer> {
  const { client, owner, settings, url, method, body, fields } = plan
  const { signal, maxHeaderBytes, maxBodyBytes } = settings
  if (signal?.aborted) return Promise.reject(new AbortError(signal))
  if (owner.closed) return Promise.reject(new ClosedError('client'))
  const place = body === undefined || body.length === 0 ? undefined : placeOf(body)
  return new Promise((resolve, reject) => {
    const pending = new PendingHead({ signal, timeout: settings.timeout, owner }, body, resolve, reject)
    const id = expect(pending)
    addon.httpRequest(
      id,
      client,
      hostOf(url),
      portOf(url),
      url.host,
      method,
      url.pathname + url.search,
      fields.toString(),
      maxHeaderBytes,
      maxBodyBytes,
      timeout === undefined ? 0 : Math.max(timeout, leastTimeout),
      place?.memory ?? -1,
      place?.byteOffset ?? 0,
      body?.length ?? (saysLength.has(method) ? 0 : -1),
    )
    if (signal !== undefined) pending.watch = new AbortWatch(signal, id)
  })
}

const redirects = new Set([301, 302, 303, 307, 308])

/** Sends the request, and follows redirects as far as it may. */
export async function perform(plan: Plan): Promise<HttpResponse> {
  const { signal, timeout, redirect, maxRedirects } = plan.settings
  if (timeout === 0 && !signal?.aborted) throw new TimeoutError(0)
  const begun = timeout === undefined ? 0 : performance.now()
  let left = timeout
  for (let followed = 0; ; ++followed) {
    const { head, body } = await exchange(plan, left)
    const given = redirects.has(head.status) ? fieldOf(head.fields, 'location') : undefined
    const location = given === undefined ? undefined : locationOf(given)
    if (location === undefined || redirect === 'manual') {
      return new HttpResponse(head, body, plan.url, followed > 0)
    }
    body?.cancel(new AbortError())
    if (redirect === 'error') throw redirectError(`${plan.url} redirects to ${shownLocation(location)}`)
    if (followed === maxRedirects) throw redirectError(`${plan.url} redirects for the ${followed + 1}th time`)
    turn(plan, head.status, location)
    if (timeout !== undefined) {
      left = timeout - (performance.now() - begun)
      if (left <= 0) throw new TimeoutError(timeout)
    }
  }
}

/** What the next request is, as fetch has it: what made the last one a POST is lost, unless the status says to keep it. */
function turn(plan: Plan, status: number, location: string): void {
  let next: URL
  try {
    next = withoutCredentials(toUrl(location, plan.url))
  } catch (cause) {
    throw redirectError(`${plan.url} redirects to ${shownLocation(location)}, where heddle/http can't go`, {
      cause,
    })
  }
  const { method } = plan
  if (status === 303 ? method !== 'GET' && method !== 'HEAD' : status <= 302 && method === 'POST') {
    plan.method = 'GET'
    plan.body = undefined
    plan.fields.dropContent()
  }
  if (next.origin !== plan.url.origin) plan.fields.dropSecrets()
  plan.url = next
}

function redirectError(message: string, options?: ErrorOptions): HttpError {
  return new HttpError('ERR_HEDDLE_HTTP_REDIRECT', message, options)
}
