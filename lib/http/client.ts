import { ArgumentValueError } from '../argument-errors.js'
import { ClosedError } from '../errors.js'
import { addon } from '../native.js'
import { validateDuration, validateInteger, validateObject } from '../validate.js'
import { Fields } from './fields.js'
import { perform } from './request.js'
import {
  bodyOf,
  type GetOptions,
  type RequestBody,
  type RequestOptions,
  rangeOf,
  settingsOf,
} from './request-options.js'
import { type HttpResponse, validateTarget } from './response.js'
import { credentialsOf, toUrl, withoutCredentials } from './url.js'

export interface ClientOptions {
  /** The most connections to one origin at a time; requests beyond that wait their turn. Default: no limit. */
  maxConnections?: number | undefined
  /** Milliseconds after which an unused connection is closed, if its server does not close it before; 0 keeps none. Default: 4000. */
  idleTimeout?: number | undefined
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Closes clients that were dropped open. Whatever waits for a response, or may be read from one, keeps its client. */
const dropped = new FinalizationRegistry<number>((client) => {
  process.emitWarning(
    'Closing a Client of heddle/http on garbage collection. Close clients before dropping them.',
  )
  addon.closeHttpClient(client)
})

/** Sends requests over connections that it keeps for the next ones. */
export class Client implements AsyncDisposable {
  readonly #number: number
  #closed = false

  constructor(options: ClientOptions = {}) {
    validateObject(options, 'options')
    const { maxConnections = Number.POSITIVE_INFINITY, idleTimeout = 4000 } = options
    if (maxConnections !== Number.POSITIVE_INFINITY) {
      validateInteger(maxConnections, 'options.maxConnections', 1)
    }
    validateDuration(idleTimeout, 'options.idleTimeout')
    this.#number = addon.openHttpClient(maxConnections, idleTimeout)
    dropped.register(this, this.#number, this)
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed
  }

  /** Like {@link get} of this module. */
  async get(url: string | URL, options: GetOptions = {}): Promise<HttpResponse> {
    const into = options?.into
    if (into !== undefined) validateTarget(into)
    const response = await this.request('GET', url, options)
    if (into === undefined || !response.ok) return response
    try {
      await response.into(into)
    } catch (error) {
      await response.cancel()
      throw error
    }
    return response
  }

  /** Like {@link post} of this module. */
  async post(url: string | URL, body: RequestBody, options: RequestOptions = {}): Promise<HttpResponse> {
    validateObject(options, 'options')
    return this.request('POST', url, { ...options, body })
  }

  /** Like {@link request} of this module. */
  async request(
    method: string,
    url: string | URL,
    options: RequestOptions & { body?: RequestBody | undefined } = {},
  ): Promise<HttpResponse> {
    const settings = settingsOf(options)
    if (typeof method !== 'string' || !token.test(method) || method === 'CONNECT') {
      throw new ArgumentValueError('method', method)
    }
    const to = toUrl(url)
    const fields = Fields.of(options.headers)
    if (options.range !== undefined) {
      if (fields.has('range')) {
        throw new ArgumentValueError('options.range', options.range, 'is given in options.headers too')
      }
      fields.add('Range', rangeOf(options.range))
    }
    fields.addDefault('Accept', '*/*')
    fields.addDefault('User-Agent', 'heddle')
    if (to.username !== '' || to.password !== '') {
      fields.addDefault('Authorization', `Basic ${Buffer.from(credentialsOf(to)).toString('base64')}`)
    }
    if (this.#closed) throw new ClosedError('client')
    const sender = { client: this.#number, owner: this }
    return perform({
      ...sender,
      settings,
      fields,
      method,
      url: withoutCredentials(to),
      body: bodyOf(options.body),
    })
  }

  /** Closes its connections. Exchanges in flight reject with a `ClosedError`, and so do later requests. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    dropped.unregister(this)
    addon.closeHttpClient(this.#number)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
