import { get, post, request } from 'heddle/http'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../fixtures/settled.ts'
import { httpServer } from './server.ts'

const nowhere = 'http://127.0.0.1:9/'
const wrongType = { code: 'ERR_INVALID_ARG_TYPE' }
const wrongValue = { code: 'ERR_INVALID_ARG_VALUE' }

/** The heads of the requests that a server gets, one by one. */
async function echo(): Promise<string> {
  return httpServer((incoming, response) => {
    response.end(JSON.stringify({ method: incoming.method, raw: incoming.rawHeaders }))
  })
}

describe('arguments that are none', () => {
  it.each([null, 5, 'x', []])('options: %j', async (options) => {
    expect(await errorOf(post(nowhere, 'x', options as never))).toMatchObject(wrongType)
    expect(await errorOf(get(nowhere, options as never))).toMatchObject(wrongType)
  })

  it.each([
    ['a pair without a value', [['X']]],
    ['a pair of three', [['X', 'y', 'z']]],
    ['what is no pair', [1]],
    ['text for a pair', ['Xy']],
    ['text', 'X: y'],
    ['a symbol', { X: Symbol('y') }],
    ['an object', { X: {} }],
    ['null', { X: null }],
    ['a list of objects', { X: ['y', {}] }],
  ])('headers: %s', async (_, headers) => {
    expect(await errorOf(get(nowhere, { headers: headers as never }))).toMatchObject(wrongType)
  })

  it('a range in two places', async () => {
    const twice = { headers: { range: 'bytes=0-1' }, range: { start: 5 } }
    expect(await errorOf(get(nowhere, twice))).toMatchObject(wrongValue)
  })

  it('credentials that are no UTF-8, of which the error does not tell', async () => {
    const error = await errorOf(get('http://us%er:secret@127.0.0.1:9/'))
    expect(error).toMatchObject(wrongValue)
    expect(String(error)).not.toMatch(/secret|us%er/)
  })

  it('a body whose memory is gone', async () => {
    for (const view of [new Uint8Array(8), new DataView(new ArrayBuffer(8))]) {
      structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] })
      expect(await errorOf(post(nowhere, view))).toMatchObject(wrongValue)
    }
  })
})

it('values lose the white space of HTTP around them, and no other', async () => {
  const url = await echo()
  const headers = { 'X-A': '\u00a0a\u00a0', 'X-B': ' \t b c\r\n' }
  const response = await get(url, { headers })
  const { raw } = (await response.json()) as { raw: string[] }
  expect(raw.slice(raw.indexOf('X-A'), raw.indexOf('X-A') + 4)).toEqual([
    'X-A',
    '\u00a0a\u00a0',
    'X-B',
    'b c',
  ])
})

it('a POST or PUT without a body says so', async () => {
  const url = await echo()
  const lengthOf = async (method: string, body?: string) => {
    const { raw } = (await (await request(method, url, { body })).json()) as { raw: string[] }
    return raw.includes('Content-Length') ? raw[raw.indexOf('Content-Length') + 1] : undefined
  }
  expect(await lengthOf('POST')).toBe('0')
  expect(await lengthOf('PUT')).toBe('0')
  expect(await lengthOf('POST', 'four')).toBe('4')
  expect(await lengthOf('GET')).toBeUndefined()
  expect(await lengthOf('DELETE')).toBeUndefined()
})

it('a timeout of 0 is over at once', async () => {
  const url = await echo()
  expect(await errorOf(get(url, { timeout: 0 }))).toMatchObject({ code: 'ERR_HEDDLE_TIMEOUT', ms: 0 })
  expect(await errorOf(get(url, { timeout: Number.MIN_VALUE }))).toMatchObject({
    code: 'ERR_HEDDLE_TIMEOUT',
  })
  const gone = { timeout: 0, signal: AbortSignal.abort() }
  expect(await errorOf(get(url, gone))).toMatchObject({ name: 'AbortError' })
})
