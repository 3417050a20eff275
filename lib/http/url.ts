import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { HttpError } from './http-error.js'

/** A URL that heddle can ask; throws Node's own error for what is none. */
export function toUrl(url: string | URL, base?: URL): URL {
  if (typeof url !== 'string' && !(url instanceof URL))
    throw new ArgumentTypeError('url', 'of type string or an instance of URL', url)
  const parsed = new URL(url, base)
  if (parsed.protocol === 'http:') return parsed
  const remedy = parsed.protocol === 'https:' ? '. heddle has no TLS: use fetch for this URL' : ''
  throw new HttpError('ERR_HEDDLE_HTTP_SCHEME', `heddle/http speaks http:, not ${parsed.protocol}${remedy}`)
}

/** As getaddrinfo takes it: an IPv6 address has no brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

export function portOf({ port }: URL): number {
  return port === '' ? 80 : Number(port)
}

/** Name and password, as they are sent. */
export function credentialsOf(url: URL): string {
  try {
    return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  } catch {
    const shown = withoutCredentials(url).href
    throw new ArgumentValueError('url', shown, 'has a name or password that is not percent-encoded UTF-8')
  }
}

/** The same place, as it may be shown: errors are logged, and passwords should not be. */
export function withoutCredentials(url: URL): URL {
  if (url.username === '' && url.password === '') return url
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown
}

/** The same without its fragment, which is the reader's own business. */
export function withoutFragment({ href }: URL): string {
  const start = href.indexOf('#')
  return start < 0 ? href : href.slice(0, start)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A location as it was meant, from its bytes (U+0000 to U+00FF each): in UTF-8, as fetch takes it, or else in Latin-1. */
export function locationOf(bytes: string): string {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return bytes
  }
}

/** The same for a location as a server gave it, which may be no URL at all. */
export function shownLocation(location: string): string {
  return location.replace(/^([a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\?#]*@/i, '$1//')
}
