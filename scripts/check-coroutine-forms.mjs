// Finds coroutine forms that g++ 12 miscompiles or that dangle with every compiler. CONTRIBUTING.md says what to write
// instead. It reads text, not syntax: what may be wrong (is that type an aggregate? is that capture trivial?) counts as wrong.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Failure, main, root } from './support/run.mjs'
import { filesUnder } from './support/stale.mjs'

const blank = (text) => text.replace(/[^\n]/g, ' ')

/** The same text, same offsets, with comments and the contents of literals blanked. */
function code(text) {
  const noise =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"([^(\s]*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![\w'])'(?:\\.|[^'\\\n])+'/g
  return text.replace(noise, blank)
}

/** The offset after the bracket that closes the one at `open`. */
function closing(text, open) {
  const pairs = { '(': ')', '{': '}', '[': ']' }
  const [left, right] = [text[open], pairs[text[open]]]
  for (let i = open, depth = 0; i < text.length; i++) {
    if (text[i] === left) depth++
    else if (text[i] === right && --depth === 0) return i + 1
  }
  return text.length
}

/** What a [ that begins a subscript comes after: a name or a closing bracket, but no keyword. */
const subscripted = /(?<!\b(?:co_await|co_return|co_yield|return|case|else)\s*)(?<=[\w\])]\s*)$/

/** Lambdas with captures: { at, captures, body }, innermost last. */
function* capturingLambdas(text) {
  for (const match of text.matchAll(/(?<!\[)\[(?!\[)\s*([^\]\s][^\]]*)\]/g)) {
    if (subscripted.test(text.slice(Math.max(0, match.index - 40), match.index))) continue
    let at = match.index + match[0].length
    while (/\s/.test(text[at])) at++
    if (text[at] === '(') at = closing(text, at)
    const head = /^[^;{}()]*(?:\([^()]*\)[^;{}()]*)*\{/.exec(text.slice(at))
    if (!head) continue
    const open = at + head[0].length - 1
    yield { at: match.index, captures: match[1], body: text.slice(open, closing(text, open)) }
  }
}

const isCoroutine = (body) => /\bco_(await|return|yield)\b/.test(body)
const capturesByValue = (captures) =>
  captures.split(',').some((capture) => !/^\s*(&|this\b|\*this\b)/.test(capture))

function* conditions(text) {
  for (const match of text.matchAll(/\b(if|switch|while)\s*(?=\()/g)) {
    const open = match.index + match[0].length
    const before = /^([\s\S]*?)\bco_await\b/.exec(text.slice(open, closing(text, open)))?.[1]
    if (before === undefined || /[^=!<>]=(?!=)/.test(before)) continue
    yield [match.index, `${match[1]} (co_await ...): bind the result to a local first`]
  }
}

function* ternaries(text) {
  for (const match of text.matchAll(/\?[^;{}?]*?\bco_await\b[^;{}]*?[^:]:(?!:)\s*[^;{}]*?\bco_await\b/g)) {
    yield [match.index, 'co_await in both arms of ?: - use if/else']
  }
}

function* lambdas(text) {
  for (const { at, captures, body } of capturingLambdas(text)) {
    if (isCoroutine(body)) yield [at, 'a capturing lambda coroutine - pass its state as parameters']
    const statement = text.slice(Math.max(...[';', '{', '}'].map((c) => text.lastIndexOf(c, at))) + 1, at)
    if (/\bco_await\b/.test(statement) && capturesByValue(captures)) {
      yield [at, 'a lambda that captures by value inside a co_await expression - name it before']
    }
  }
}

const lambda = /\[[^\]]*\]\s*(?:\([^()]*\))?[^{}()]*\{/y

/** Temporaries that are made of braces in the expression that is awaited. */
function* bracedTemporaries(text) {
  for (const match of text.matchAll(/(?<!\boperator\s*)\bco_await\b/g)) {
    for (let i = match.index + match[0].length, depth = 0; i < text.length && text[i] !== ';'; i++) {
      lambda.lastIndex = i
      const function_ = text[i] === '[' && lambda.exec(text)
      if (function_) i = closing(text, lambda.lastIndex - 1) - 1
      else if ('(['.includes(text[i])) depth++
      else if (')]'.includes(text[i]) && --depth < 0) break
      else if (text[i] === '}') break
      else if (text[i] === '{' && !/^\{\s*\}/.test(text.slice(i, i + 20))) {
        yield [i, 'a temporary made of {...} in a co_await expression - name it before']
        break
      } else if (text[i] === '{') i = text.indexOf('}', i)
    }
  }
}

export function faultsIn(source) {
  const text = code(source)
  const line = (offset) => text.slice(0, offset).split('\n').length
  return [...conditions(text), ...ternaries(text), ...lambdas(text), ...bracedTemporaries(text)].map(
    ([at, what]) => ({
      line: line(at),
      what,
    }),
  )
}

export function checkCoroutineForms() {
  const faults = []
  for (const dir of ['native', 'cuda', 'binding', 'test', 'bench', 'examples']) {
    for (const path of filesUnder(join(root, dir))) {
      if (!/\.(cpp|hpp|h)$/.test(path)) continue
      for (const { line, what } of faultsIn(readFileSync(path, 'utf8'))) {
        faults.push(`${relative(root, path)}:${line}: ${what}`)
      }
    }
  }
  if (faults.length) throw new Failure(faults.join('\n'))
}

await main(import.meta.url, checkCoroutineForms)
