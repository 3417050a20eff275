import { type ParameterType, qualifiers, scalarTypes } from './kernel-types.js'

/** A kernel as its source declares it. */
export interface KernelDeclaration {
  readonly name: string
  readonly parameters: readonly ParameterType[]
  /** The names of the parameters; empty where one has none. */
  readonly names: readonly string[]
}

/** The `extern "C" __global__` kernels of a source text, which kernel-signatures.ts reads as types. */
export function declarationsOf(source: string): KernelDeclaration[] {
  const text = withoutComments(source)
  const found = new Map<string, KernelDeclaration>()
  for (const match of text.matchAll(/\b__global__\b/g)) {
    const before = text.slice(0, match.index)
    if (!/extern\s*"C"\s*$/.test(before) && !insideExternC(before)) continue
    const declaration = declare(text.slice(match.index + match[0].length))
    if (declaration !== undefined) found.set(declaration.name, declaration)
  }
  return [...found.values()]
}

/** Comments become blanks; strings keep their quotes and lose what is inside, but for `"C"`. */
function withoutComments(source: string): string {
  return source.replace(
    /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
    (text) => {
      if (text === '"C"') return text
      if (text.startsWith('/')) return ' '
      return text[0] === '"' ? '""' : "''"
    },
  )
}

/** Whether a text ends inside of an `extern "C" {`. */
function insideExternC(text: string): boolean {
  const blocks: boolean[] = []
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === '}') blocks.pop()
    else blocks.push(/extern\s*"C"\s*$/.test(text.slice(Math.max(0, index - 64), index)))
  }
  return blocks.at(-1) === true
}

function declare(text: string): KernelDeclaration | undefined {
  const head = (/^[^{;]*/.exec(text) as RegExpExecArray)[0].replace(/__launch_bounds__\s*\([^)]*\)/g, ' ')
  const match = /([A-Za-z_]\w*)\s*\(([^)]*)\)/.exec(head)
  if (match === null) return undefined
  const [, name = '', list = ''] = match
  const texts = list.trim() === '' || list.trim() === 'void' ? [] : list.split(',')
  return { name, parameters: texts.map(parameterOf), names: texts.map(nameOf) }
}

function words(text: string): string[] {
  const ignored: readonly string[] = qualifiers
  return text.split(/\s+/).filter((word) => word !== '' && !ignored.includes(word))
}

function parameterOf(text: string): ParameterType {
  const star = text.indexOf('*')
  if (star >= 0) {
    return text.indexOf('*', star + 1) >= 0
      ? 'void*'
      : pointerTo(scalarOf(words(text.slice(0, star)).join(' ')))
  }
  const bracket = text.indexOf('[')
  if (bracket >= 0) return pointerTo(namedScalarOf(words(text.slice(0, bracket))))
  return namedScalarOf(words(text))
}

function pointerTo(type: ParameterType): ParameterType {
  if (type === 'bool') return 'u8*'
  return type === 'bytes' ? 'void*' : (`${type}*` as ParameterType)
}

function scalarOf(type: string): ParameterType {
  const name = type.replace(/^(std::)+/, '')
  return Object.hasOwn(scalarTypes, name) ? scalarTypes[name as keyof typeof scalarTypes] : 'bytes'
}

function namedScalarOf(list: readonly string[]): ParameterType {
  const whole = scalarOf(list.join(' '))
  return whole !== 'bytes' ? whole : scalarOf(list.slice(0, -1).join(' '))
}

function nameOf(text: string): string {
  const list = words(text.replace(/\[.*/, '').replaceAll('*', ' '))
  const last = list.at(-1) ?? ''
  return list.length > 1 && scalarOf(list.join(' ')) === 'bytes' ? last : ''
}
