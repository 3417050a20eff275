import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'

/** What may be given as headers: an object, pairs, or a `Headers`. */
export type HeadersLike =
  | Readonly<Record<string, string | number | readonly string[] | undefined>>
  | Iterable<readonly [name: string, value: string]>

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const notText = /[^\t\x20-\x7e\x80-\xff]/

/** These say how the message is framed, and to whom it goes: they are heddle's to set. */
const ours = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Credentials, which are for the origin they were given for. */
const secrets = new Set(['authorization', 'cookie', 'proxy-authorization'])

/** The header fields of a request. Names keep their case, and are compared without. */
export class Fields {
  readonly #lines: { readonly name: string; readonly line: string }[] = []

  static of(headers: HeadersLike | undefined): Fields {
    const fields = new Fields()
    if (headers === undefined) return fields
    if (typeof headers !== 'object' || headers === null)
      throw new ArgumentTypeError('options.headers', 'of type object', headers)
    if (Symbol.iterator in headers) {
      for (const pair of headers as Iterable<unknown>) {
        if (!Array.isArray(pair) || pair.length !== 2) {
          throw new ArgumentTypeError('options.headers', 'pairs of a name and a value', pair)
        }
        fields.#addGiven(pair[0], pair[1])
      }
      return fields
    }
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined) continue
      for (const each of Array.isArray(value) ? value : [value]) fields.#addGiven(name, each)
    }
    return fields
  }

  #addGiven(name: unknown, value: unknown): void {
    if (typeof name !== 'string' || !token.test(name)) {
      throw new ArgumentValueError('options.headers', name, 'must have names that are HTTP tokens')
    }
    if (ours.has(name.toLowerCase()))
      throw new ArgumentValueError('options.headers', name, 'has a field that is not for callers to set')
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new ArgumentTypeError(`options.headers.${name}`, 'of type string or number', value)
    }
    this.add(name, String(value))
  }

  add(name: string, value: string): void {
    const text = trimmed(value)
    if (notText.test(text)) {
      throw new ArgumentValueError(
        `options.headers.${name}`,
        value,
        'must have no control characters, and none above U+00FF',
      )
    }
    this.#lines.push({ name: name.toLowerCase(), line: `${name}: ${text}\r\n` })
  }

  has(name: string): boolean {
    return this.#lines.some((each) => each.name === name)
  }

  /** Adds a field unless there is one of that name. */
  addDefault(name: string, value: string): void {
    if (!this.has(name.toLowerCase())) this.add(name, value)
  }

  /** For a redirect to another origin. */
  dropSecrets(): void {
    this.#drop((name) => secrets.has(name))
  }

  /** For a redirect that turns a request with a body into one without. */
  dropContent(): void {
    this.#drop((name) => name.startsWith('content-'))
  }

  #drop(condition: (name: string) => boolean): void {
    const kept = this.#lines.filter(({ name }) => !condition(name))
    this.#lines.splice(0, this.#lines.length, ...kept)
  }

  /** As they are sent. */
  toString(): string {
    let text = ''
    for (const { line } of this.#lines) text += line
    return text
  }
}

/** Without white space around it as HTTP has it, which is less than what Unicode has. */
function trimmed(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isSpace(value.charCodeAt(start))) ++start
  while (end > start && isSpace(value.charCodeAt(end - 1))) --end
  return value.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}

/** The value of the first field of that (lower-case) name among those of a response, `Name: value\n` each. */
export function fieldOf(fields: string, name: string): string | undefined {
  for (const [each, value] of pairsOf(fields)) if (each.toLowerCase() === name) return value
  return undefined
}

export function* pairsOf(fields: string): Generator<[name: string, value: string]> {
  for (let from = 0; from < fields.length; ) {
    const end = fields.indexOf('\n', from)
    const colon = fields.indexOf(': ', from)
    yield [fields.slice(from, colon), fields.slice(colon + 2, end)]
    from = end + 1
  }
}
