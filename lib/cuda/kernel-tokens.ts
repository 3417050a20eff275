const word = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y
const number = /\.?\d(?:[eEpP][+-]|'?[\w.])*/y
const blank = /[ \t\r\v\f]+/y
const rawPrefix = /^(?:u8|[uUL])?R$/

/**
 * The tokens of a C++ text: words, numbers, `::` and single characters; `"C"` and `"C++"`, and an empty string for every other.
 * There are no comments and no preprocessor's lines; but where such a line makes a word of what declares kernels, as in
 * `#define KERNEL extern "C" __global__ void`, that stands in its place. Each character is looked at once.
 */
export function tokensOf(source: string): string[] {
  const tokens: string[] = []
  const macros = new Map<string, string[]>()
  let atLineStart = true
  const matched = (pattern: RegExp, from: number) => {
    pattern.lastIndex = from
    return pattern.test(source) ? pattern.lastIndex : from
  }
  for (let at = 0; at < source.length; ) {
    const c = source[at] as string
    let end = matched(blank, at)
    if (end > at) {
      at = end
      continue
    }
    if (c === '\n') {
      atLineStart = true
      ++at
      continue
    }
    if (c === '/' && (source[at + 1] === '/' || source[at + 1] === '*')) {
      at = pastComment(source, at)
      continue
    }
    if (c === '#' && atLineStart) {
      end = pastDirective(source, at)
      define(macros, source.slice(at, end))
      at = end
      continue
    }
    atLineStart = false
    const pastNumber = matched(number, at)
    const pastWord = matched(word, at)
    if (c === '"') {
      end = pastQuoted(source, at)
      const text = source.slice(at, end)
      tokens.push(text === '"C"' || text === '"C++"' ? text : '""')
    } else if (c === "'") {
      end = pastQuoted(source, at)
      tokens.push("''")
    } else if (pastNumber > at) {
      end = pastNumber
      tokens.push('0')
    } else if (source[pastWord] === '"' && rawPrefix.test(source.slice(at, pastWord))) {
      end = pastRaw(source, pastWord)
      tokens.push('""')
    } else if (pastWord > at) {
      end = pastWord
      const text = source.slice(at, end)
      tokens.push(...(macros.get(text) ?? [text]))
    } else {
      end = at + (c === ':' && source[at + 1] === ':' ? 2 : 1)
      tokens.push(source.slice(at, end))
    }
    at = end
  }
  return tokens
}

export function isWord(token: string | undefined): boolean {
  return token !== undefined && /^[A-Za-z_$\u0080-\uffff]/.test(token)
}

function pastComment(source: string, at: number): number {
  const line = source[at + 1] === '/'
  const end = source.indexOf(line ? '\n' : '*/', at + 2)
  if (end < 0) return source.length
  return line ? end : end + 2
}

/** A backslash, or a comment, takes it to the next line. */
function pastDirective(source: string, at: number): number {
  let end = at
  while (end < source.length && source[end] !== '\n') {
    if (source[end] === '/' && source[end + 1] === '*') end = pastComment(source, end)
    else if (source[end] === '\\') end += source[end + 1] === '\r' ? 3 : 2
    else ++end
  }
  return Math.min(end, source.length)
}

/** A string or character ends with its line at the latest. */
function pastQuoted(source: string, at: number): number {
  const quote = source[at]
  let end = at + 1
  while (end < source.length && source[end] !== quote && source[end] !== '\n')
    end += source[end] === '\\' ? 2 : 1
  return source[end] === quote ? end + 1 : Math.min(end, source.length)
}

/** `"mark( ... )mark"` */
function pastRaw(source: string, at: number): number {
  const open = source.indexOf('(', at)
  if (open < 0) return source.length
  const close = `)${source.slice(at + 1, open)}"`
  const end = source.indexOf(close, open)
  return end < 0 ? source.length : end + close.length
}

const definition = /^#\s*define\s+([A-Za-z_]\w*)(?=\s)/

function define(macros: Map<string, string[]>, directive: string): void {
  if (!/\b(?:__global__|extern)\b/.test(directive)) return
  const match = definition.exec(directive)
  if (match === null) return
  const stands = tokensOf(directive.slice(match[0].length).replace(/\\\r?\n/g, ' '))
  if (stands.length <= 64) macros.set(match[1] as string, stands)
}
