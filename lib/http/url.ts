import { ArgumentTypeError } from '../argument-errors.js'
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

/** The same place, as it may be shown: errors are logged, and passwords should not be. */
export function withoutCredentials(url: URL): URL {
  if (url.username === '' && url.password === '') return url
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown
}

/** The same for a location as a server gave it, which may be no URL at all. */
export function shownLocation(location: string): string {
  return location.replace(/^([a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\?#]*@/i, '$1//')
}
