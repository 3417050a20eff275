import { describe, expect, it } from 'vitest'
import { errorOf } from '../fixtures/settled.ts'
import { freshClient } from './client.ts'
import { bodyOf, httpServer, rawServer } from './server.ts'

/** Redirects /N to /N-1 with the status of the query, down to /0, which tells what it got. */
function chain(): Promise<string> {
  return httpServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url as string, 'http://host')
    const left = Number(pathname.slice(1))
    const body = String(await bodyOf(request))
    if (left > 0) {
      response.writeHead(Number(searchParams.get('status') ?? 302), {
        Location: `${left - 1}${new URL(request.url as string, 'http://host').search}`,
      })
      response.end('go on')
    } else {
      response.end(JSON.stringify({ method: request.method, headers: request.headers, body }))
    }
  })
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('with the status %i is followed', async (status) => {
    const url = await chain()
    const response = await freshClient().get(`${url}/3?status=${status}`)
    expect(response).toMatchObject({ status: 200, redirected: true, url: `${url}/0?status=${status}` })
  })

  it.each([
    ['UTF-8', 'utf8', '/%C3%BCber?q=%C3%A9'],
    ['Latin-1, which is no UTF-8', 'latin1', '/%C3%BCber?q=%C3%A9'],
  ] as const)('to a location in raw %s goes where it is meant', async (_, encoding, target) => {
    const { url, received } = await rawServer((socket, head) => {
      const first = head.startsWith('GET /first ')
      const answer = first ? 'HTTP/1.1 302 Found\r\nLocation: /über?q=é\r\n' : 'HTTP/1.1 200 OK\r\n'
      socket.write(Buffer.from(`${answer}Content-Length: 0\r\n\r\n`, encoding))
    })
    const response = await freshClient().get(`${url}/first`)
    expect(response.url).toBe(`${url}${target}`)
    expect(received()).toContain(`GET ${target} `)
  })

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('with the status %i makes a %s a %s', async (status, method, then) => {
    const url = await chain()
    const headers = { 'Content-Type': 'text/plain' }
    const response = await freshClient().request(method, `${url}/1?status=${status}`, {
      body: 'body',
      headers,
    })
    const seen = (await response.json()) as { method: string; body: string; headers: Record<string, string> }
    expect(seen.method).toBe(then)
    expect(seen.body).toBe(then === 'GET' ? '' : 'body')
    expect(seen.headers['content-type']).toBe(then === 'GET' ? undefined : 'text/plain')
  })

  it('too many of them are an error', async () => {
    const url = await chain()
    const client = freshClient()
    expect((await client.get(`${url}/5`)).status).toBe(200)
    const error = await errorOf(client.get(`${url}/6`))
    expect(error).toMatchObject({ name: 'HttpError', code: 'ERR_HEDDLE_HTTP_REDIRECT' })
    expect((await client.get(`${url}/6`, { maxRedirects: 6 })).status).toBe(200)
  })

  it('is given, or is an error, where the caller wants that', async () => {
    const url = await chain()
    const client = freshClient()
    const response = await client.get(`${url}/1`, { redirect: 'manual' })
    expect(response).toMatchObject({ status: 302, redirected: false })
    expect(response.headers.get('location')).toBe('0')
    expect(await errorOf(client.get(`${url}/1`, { redirect: 'error' }))).toMatchObject({
      code: 'ERR_HEDDLE_HTTP_REDIRECT',
    })
  })

  it('to another origin does not take credentials along', async () => {
    const there = await chain()
    const here = await httpServer((request, response) => {
      const to = request.url === '/there' ? `${there}/0` : '/told'
      if (request.url === '/told') response.end(JSON.stringify({ headers: request.headers }))
      else response.writeHead(302, { Location: to }).end()
    })
    const client = freshClient()
    const headers = { Authorization: 'secret', Cookie: 'secret', 'X-Other': 'not' }
    const far = (await (await client.get(`${here}/there`, { headers })).json()) as { headers: object }
    expect(far.headers).not.toHaveProperty('authorization')
    expect(far.headers).not.toHaveProperty('cookie')
    expect(far.headers).toMatchObject({ 'x-other': 'not', host: new URL(there).host })
    const near = (await (await client.get(`${here}/here`, { headers })).json()) as { headers: object }
    expect(near.headers).toMatchObject({ authorization: 'secret', cookie: 'secret' })
  })

  it.each(['https://host/', 'ftp://host/', 'http://'])('to %s is an error', async (location) => {
    const url = await httpServer((_, response) => response.writeHead(302, { Location: location }).end())
    const error = await errorOf(freshClient().get(url))
    expect(error).toMatchObject({
      code: 'ERR_HEDDLE_HTTP_REDIRECT',
      message: expect.stringContaining(location),
    })
  })

  it('without a location is a response', async () => {
    const url = await httpServer((_, response) => response.writeHead(302).end('where?'))
    const response = await freshClient().get(url)
    expect(response.status).toBe(302)
    expect(await response.text()).toBe('where?')
  })
})

describe('credentials of a URL', () => {
  const secret = (url: string) => url.replace('//', '//user:secret@')

  it('are sent, and shown nowhere', async () => {
    const url = await chain()
    const response = await freshClient().get(secret(`${url}/1`))
    expect(response.url).toBe(`${url}/0`)
    expect(await response.json()).toMatchObject({
      headers: { authorization: `Basic ${btoa('user:secret')}` },
    })
    expect((await freshClient().get(secret(`${url}/0`))).url).toBe(`${url}/0`)
  })

  it.each([
    [(url: string) => secret(`${url}/9`), {}],
    [(url: string) => secret(`${url}/1`), { redirect: 'error' as const }],
  ])('are not in the error of a redirect that is not followed', async (of, options) => {
    const error = (await errorOf(freshClient().get(of(await chain()), options))) as Error
    expect(error).toMatchObject({ code: 'ERR_HEDDLE_HTTP_REDIRECT' })
    expect(error.message).toMatch(/redirects/)
    expect(error.message).not.toMatch(/secret/)
  })

  it.each(['https://user:secret@host/', '//user:secret@host:99999/', 'http:\\\\user:secret@[::1/'])(
    'of the location %s are not in it either',
    async (Location) => {
      const url = await httpServer((_, response) => response.writeHead(302, { Location }).end())
      const error = (await errorOf(freshClient().get(url, { redirect: 'error' }))) as Error
      expect(error.message).not.toMatch(/secret|user:/)
      const followed = (await errorOf(freshClient().get(url))) as Error
      expect(followed.message).not.toMatch(/secret/)
    },
  )

  it('of a location are not used, and not shown', async () => {
    const url = await httpServer((request, response) => {
      if (request.url !== '/') response.end(String(request.headers.authorization))
      else response.writeHead(302, { Location: `${secret(url)}/there` }).end()
    })
    const response = await freshClient().get(url)
    expect(response.url).toBe(`${url}/there`)
    expect(await response.text()).toBe('undefined')
  })
})
