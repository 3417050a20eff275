import { get, request } from 'heddle/http'
import { expect, it } from 'vitest'
import { freshClient } from './client.ts'
import { bodyOf, httpServer, pattern, saying } from './server.ts'

it('gives status, fields and where they came from', async () => {
  const url = await httpServer((_, response) => {
    response.writeHead(418, 'Short And Stout', { 'X-One': '1', 'Set-Cookie': ['a=b', 'c=d'] }).end('tea')
  })
  const response = await get(`${url}/pot?milk=no#fragment`)
  expect(response).toMatchObject({
    status: 418,
    statusText: 'Short And Stout',
    ok: false,
    redirected: false,
    url: `${url}/pot?milk=no`,
  })
  expect(response.headers).toBeInstanceOf(Headers)
  expect(response.headers.get('x-one')).toBe('1')
  expect(response.headers.getSetCookie()).toEqual(['a=b', 'c=d'])
})

it('sends what fetch would send, as little as it needs', async () => {
  let seen: unknown
  const url = await httpServer((request, response) => {
    seen = { method: request.method, url: request.url, headers: request.headers }
    response.end()
  })
  await get(`${url}/a b?q=ü`)
  const host = new URL(url).host
  expect(seen).toEqual({
    method: 'GET',
    url: '/a%20b?q=%C3%BC',
    headers: { host, accept: '*/*', 'user-agent': 'heddle' },
  })
  const headers = { Accept: 'text/plain', 'User-Agent': 'x', 'X-List': ['1', '2'], 'X-Number': 3 }
  await get(url, { headers, range: { start: 5, end: 10 } })
  expect(seen).toMatchObject({
    headers: {
      accept: 'text/plain',
      'user-agent': 'x',
      'x-list': '1, 2',
      'x-number': '3',
      range: 'bytes=5-9',
    },
  })
  await get(url, { headers: new Headers({ 'X-Web': 'yes' }), range: { start: 7 } })
  expect(seen).toMatchObject({ headers: { 'x-web': 'yes', range: 'bytes=7-' } })
  await get(url.replace('//', '//user:p%40ss@'))
  expect(seen).toMatchObject({ headers: { authorization: `Basic ${btoa('user:p@ss')}` } })
})

it.each([0, 1, 16_384, 16_385, 3_000_000])('posts a body of %i bytes', async (length) => {
  const url = await httpServer(async (request, response) => {
    response.setHeader('X-Length', String(request.headers['content-length']))
    response.end(await bodyOf(request))
  })
  const client = freshClient()
  const body = pattern(length)
  const response = await client.post(url, body, { headers: { 'Content-Type': 'x/y' } })
  expect(response.headers.get('x-length')).toBe(String(length))
  expect(body.equals(await response.bytes())).toBe(true)
  expect(await (await client.post(url, 'grüße')).text()).toBe('grüße')
})

it('HEAD, and statuses without a body', async () => {
  const url = await httpServer((request, response) => {
    if (request.url === '/204') response.writeHead(204)
    else if (request.url === '/304') response.writeHead(304)
    else response.writeHead(200, { 'Content-Length': 1000 })
    response.end()
  })
  const client = freshClient()
  const head = await client.request('HEAD', url)
  expect(head.contentLength).toBe(1000)
  expect(await head.text()).toBe('')
  for (const status of [204, 304]) {
    const response = await client.get(`${url}/${status}`)
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('')
  }
})

it('takes another method', async () => {
  const url = await httpServer((request, response) => response.end(request.method))
  for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PURGE']) {
    expect(await (await request(method, url)).text()).toBe(method)
  }
})

it('skips interim responses', async () => {
  const { url } = await saying(
    'HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  )
  const response = await freshClient().get(url)
  expect(response.status).toBe(200)
  expect(response.headers.has('link')).toBe(false)
  expect(await response.text()).toBe('ok')
})

it.each([
  ['ftp://host/', 'ERR_HEDDLE_HTTP_SCHEME', /ftp:/],
  ['https://host/', 'ERR_HEDDLE_HTTP_SCHEME', /fetch/],
  ['nonsense', 'ERR_INVALID_URL', /./],
  [7, 'ERR_INVALID_ARG_TYPE', /"url"/],
])('refuses the URL %s', async (url, code, message) => {
  await expect(get(url as string)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

it.each([
  [{ headers: { 'bad name': 'x' } }, 'ERR_INVALID_ARG_VALUE'],
  [{ headers: { name: 'a\r\nInjected: yes' } }, 'ERR_INVALID_ARG_VALUE'],
  [{ headers: { name: '\u20ac' } }, 'ERR_INVALID_ARG_VALUE'],
  [{ headers: { 'Content-Length': '5' } }, 'ERR_INVALID_ARG_VALUE'],
  [{ headers: { 'transfer-encoding': 'chunked' } }, 'ERR_INVALID_ARG_VALUE'],
  [{ headers: 'text' }, 'ERR_INVALID_ARG_TYPE'],
  [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ redirect: 'maybe' }, 'ERR_INVALID_ARG_VALUE'],
  [{ maxHeaderBytes: 10 }, 'ERR_OUT_OF_RANGE'],
  [{ maxBodyBytes: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ range: { start: 5, end: 5 } }, 'ERR_OUT_OF_RANGE'],
  [{ signal: {} }, 'ERR_INVALID_ARG_TYPE'],
  [null, 'ERR_INVALID_ARG_TYPE'],
])('refuses the options %j', async (options, code) => {
  const { url, sockets } = await saying('')
  await expect(freshClient().get(url, options as object)).rejects.toMatchObject({ code })
  expect(sockets).toHaveLength(0)
})

it.each(['', 'GET /x', 'A\r\nB', 'CONNECT'])('refuses the method %j', async (method) => {
  await expect(request(method, 'http://127.0.0.1:1/')).rejects.toMatchObject({
    code: 'ERR_INVALID_ARG_VALUE',
  })
})
