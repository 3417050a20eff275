import { isWord } from './kernel-tokens.js'
import { integerTypes, type ParameterType, qualifiers, scalarTypes } from './kernel-types.js'

export interface DeclaredParameters {
  readonly parameters: readonly ParameterType[]
  /** Empty where one has none. */
  readonly names: readonly string[]
}

/** What the tokens between a kernel's parentheses declare. */
export function parametersOf(list: readonly string[]): DeclaredParameters {
  if (list.length === 0 || (list.length === 1 && list[0] === 'void')) return { parameters: [], names: [] }
  const declared = declarators(list)
  return { parameters: declared.map(typeOf), names: declared.map(nameOf) }
}

const closing: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])
/** Words with parentheses that say nothing about how a parameter is passed. */
const attributes: readonly string[] = ['alignas', '__attribute__', '__align__', '__builtin_align__']

/**
 * The parameters, each without its default, qualifiers, attributes and template arguments, of which `<>` is left.
 */
function declarators(list: readonly string[]): string[][] {
  const ends = endsOfAngles(list)
  const ignored: readonly string[] = qualifiers
  const found: string[][] = []
  let current: string[] = []
  const open: string[] = []
  let isDefault = false
  for (let i = 0; i < list.length; ++i) {
    const token = list[i] as string
    if (token === ',' && open.length === 0) {
      found.push(current)
      current = []
      isDefault = false
      continue
    }
    if (token === '<' && ends.has(i) && (!isDefault || followsTemplate(list, ends.get(i) as number))) {
      if (!isDefault) current.push('<>')
      i = ends.get(i) as number
      continue
    }
    if (open.length === 0 && isAttribute(list, i)) {
      i = pastGroup(list, attributes.includes(token) ? i + 1 : i) - 1
      continue
    }
    const close = closing.get(token)
    if (close !== undefined) open.push(close)
    else if (token === open.at(-1)) open.pop()
    if (token === '=' && open.length === 0) isDefault = true
    if (!isDefault && !ignored.includes(token)) current.push(token)
  }
  found.push(current)
  return found
}

/** Where each `<` that has a `>` has it. */
function endsOfAngles(list: readonly string[]): Map<number, number> {
  const ends = new Map<number, number>()
  const open: number[] = []
  list.forEach((token, i) => {
    if (token === '<' || closing.has(token)) {
      open.push(i)
    } else if (token === '>') {
      if (list[open.at(-1) ?? -1] === '<') ends.set(open.pop() as number, i)
    } else if (token === ')' || token === ']' || token === '}') {
      while (open.length > 0 && list[open.at(-1) as number] === '<') open.pop()
      open.pop()
    }
  })
  return ends
}

/** Whether a `>` closes a template's arguments, and does not compare, in an expression. */
function followsTemplate(list: readonly string[], end: number): boolean {
  const next = list[end + 1]
  return next === '(' || next === '{' || next === '::'
}

function isAttribute(list: readonly string[], i: number): boolean {
  const [token, next] = [list[i] as string, list[i + 1]]
  return (token === '[' && next === '[') || (attributes.includes(token) && next === '(')
}

/** Behind the bracket that closes the one at `i`. */
export function pastGroup(list: readonly string[], i: number): number {
  const open = list[i] as string
  const close = closing.get(open)
  let depth = 0
  for (; i < list.length; ++i) {
    if (list[i] === open) ++depth
    else if (list[i] === close && --depth === 0) return i + 1
  }
  return list.length
}

function typeOf(tokens: readonly string[]): ParameterType {
  const star = tokens.indexOf('*')
  if (star >= 0) {
    return tokens.includes('*', star + 1) ? 'void*' : pointerTo(scalarOf(tokens.slice(0, star), false))
  }
  const bracket = tokens.indexOf('[')
  return bracket >= 0 ? pointerTo(scalarOf(tokens.slice(0, bracket), true)) : scalarOf(tokens, true)
}

function pointerTo(type: ParameterType): ParameterType {
  if (type === 'bool') return 'u8*'
  return type === 'bytes' ? 'void*' : (`${type}*` as ParameterType)
}

/**
 * The type that tokens spell.
 *
 * @param named whether a name may stand behind it
 */
function scalarOf(tokens: readonly string[], named: boolean): ParameterType {
  let size: keyof typeof integerTypes = 'int'
  let unsigned = false
  let used = 0
  for (; used < tokens.length && isIntegerWord(tokens[used] as string); ++used) {
    const token = tokens[used] as string
    if (token === 'unsigned') unsigned = true
    else if (Object.hasOwn(integerTypes, token) && token !== 'int') size = token as keyof typeof integerTypes
  }
  let type: ParameterType = integerTypes[size][unsigned ? 1 : 0]
  if (used === 0) {
    while (['std', 'cuda', '::'].includes(tokens[used] as string)) ++used
    const name = tokens[used++] ?? ''
    if (!Object.hasOwn(scalarTypes, name)) return 'bytes'
    type = scalarTypes[name as keyof typeof scalarTypes]
  }
  const rest = tokens.slice(used)
  const isName = named && rest.length === 1 && isWord(rest[0]) && !isBuiltIn(rest[0] as string)
  return rest.length === 0 || isName ? type : 'bytes'
}

function isIntegerWord(token: string): boolean {
  return token === 'unsigned' || token === 'signed' || Object.hasOwn(integerTypes, token)
}

function isBuiltIn(token: string): boolean {
  return isIntegerWord(token) || token === 'double' || token === '__int128'
}

function nameOf(tokens: readonly string[]): string {
  const bracket = tokens.indexOf('[')
  const words = (bracket < 0 ? tokens : tokens.slice(0, bracket)).filter((token) => token !== '*')
  const last = words.at(-1)
  return words.length > 1 && isWord(last) && scalarOf(words, false) === 'bytes' ? (last as string) : ''
}
