import { parametersOf, pastGroup } from './kernel-parameters.js'
import { isWord, tokensOf } from './kernel-tokens.js'
import { kernelAttributes, type ParameterType } from './kernel-types.js'

/** A kernel as its source declares it. */
export interface KernelDeclaration {
  readonly name: string
  readonly parameters: readonly ParameterType[]
  /** The names of the parameters; empty where one has none. */
  readonly names: readonly string[]
}

/**
 * The `extern "C" __global__` kernels of a source text, which kernel-signatures.ts reads as types. Takes time in proportion to
 * the text.
 */
export function declarationsOf(source: string): KernelDeclaration[] {
  const found = new Map<string, KernelDeclaration>()
  const outer: boolean[] = []
  let isC = false
  let bodyDepth = 0
  let parentheses = 0
  let statement: string[] = []
  const end = () => {
    const declaration = declare(statement, isC)
    if (declaration !== undefined) found.set(declaration.name, declaration)
    statement = []
    parentheses = 0
  }
  for (const token of tokensOf(source)) {
    // No body has one. Where an #if has a brace that its #else has too, there was none to close.
    if (token === '__global__') bodyDepth = 0
    if (bodyDepth > 0) {
      if (token === '{') ++bodyDepth
      else if (token === '}') --bodyDepth
      if (token === '{' || token === '}' || token === ';') statement = []
      else statement.push(token)
    } else if (token === ';') {
      end()
    } else if (token === '{' && parentheses === 0) {
      const inside = linkageInside(statement, isC)
      if (inside === undefined) {
        bodyDepth = 1
      } else {
        outer.push(isC)
        isC = inside
      }
      end()
    } else if (token === '}' && parentheses === 0) {
      isC = outer.pop() ?? false
      statement = []
    } else {
      if (token === '(') ++parentheses
      else if (token === ')') --parentheses
      statement.push(token)
    }
  }
  end()
  return [...found.values()]
}

/** Whether what a `{` behind these tokens opens has C linkage; undefined: it opens no list of declarations. */
function linkageInside(statement: readonly string[], isC: boolean): boolean | undefined {
  if (statement.at(-2) === 'extern') return statement.at(-1) === '"C"'
  const first = statement[0] === 'inline' ? statement[1] : statement[0]
  return first === 'namespace' ? isC : undefined
}

function declare(statement: readonly string[], isC: boolean): KernelDeclaration | undefined {
  const global = statement.indexOf('__global__')
  if (global < 0 || statement[0] === 'template') return undefined
  const linkage = statement.indexOf('extern')
  const says = linkage >= 0 && linkage < global ? statement[linkage + 1] : undefined
  if (says === '"C"' || (isC && says !== '"C++"')) return signature(statement, global)
  return undefined
}

/** The name, and what its parentheses have, behind `__global__`; what else has parentheses there is an attribute. */
function signature(statement: readonly string[], global: number): KernelDeclaration | undefined {
  for (let i = global + 1; i < statement.length; ++i) {
    const token = statement[i] as string
    if (token === '[' && statement[i + 1] === '[') {
      i = pastGroup(statement, i) - 1
    } else if (statement[i + 1] === '(' && isWord(token)) {
      const past = pastGroup(statement, i + 1)
      if (statement[past - 1] !== ')') return undefined
      if (!isAttribute(token) && isEnd(statement[past])) {
        return { name: token, ...parametersOf(statement.slice(i + 2, past - 1)) }
      }
      i = past - 1
    }
  }
  return undefined
}

function isAttribute(token: string | undefined): boolean {
  return (kernelAttributes as readonly (string | undefined)[]).includes(token)
}

/** Whether a declarator ends in front of a token. */
function isEnd(token: string | undefined): boolean {
  return !isWord(token) || token === 'noexcept' || isAttribute(token)
}
