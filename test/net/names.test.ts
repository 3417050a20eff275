import dns from 'node:dns/promises'
import { getEventListeners } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import { type AddressInfo, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { AbortError, TimeoutError } from 'heddle'
import { bind, connect, listen } from 'heddle/net'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { errorOf, hasSettled } from '../fixtures/settled.ts'
import { blackHole } from './black-hole.ts'
import { portOf } from './pair.ts'

const { lookup } = dns

afterEach(() => {
  dns.lookup = lookup
  syncBuiltinESMExports()
})

/** Every name has these addresses from now on. */
function resolveTo(...addresses: string[]): void {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  dns.lookup = (async () => found) as never
  syncBuiltinESMExports()
}

describe('a name with several addresses', () => {
  it('one that does not answer gives way to the next, after what node:net has set', async () => {
    const hole = await blackHole('127.0.0.2')
    await using server = await listen({ host: '127.0.0.1', port: portOf(hole) })
    resolveTo('127.0.0.2', '127.0.0.1')
    setDefaultAutoSelectFamilyAttemptTimeout(20)
    onTestFinished(() => setDefaultAutoSelectFamilyAttemptTimeout(250))
    await using socket = await connect({ host: 'some.host', port: portOf(server) })
    expect(socket.remoteAddress).toMatchObject({ address: '127.0.0.1' })
  })

  it('the last has all the time there is', async () => {
    const hole = await blackHole('127.0.0.2')
    resolveTo('127.0.0.1', '127.0.0.2')
    const controller = new AbortController()
    const connecting = connect({ host: 'some.host', port: portOf(hole), signal: controller.signal })
    expect(await hasSettled(connecting)).toBe(false)
    controller.abort()
    expect(await errorOf(connecting)).toMatchObject({ code: 'ABORT_ERR' })
  })

  it('none answers: all failures are told, the first as the reason', async () => {
    const hole = await blackHole('127.0.0.2')
    const port = portOf(hole)
    resolveTo('127.0.0.2', '127.0.0.1')
    setDefaultAutoSelectFamilyAttemptTimeout(20)
    onTestFinished(() => setDefaultAutoSelectFamilyAttemptTimeout(250))
    const error = await errorOf(connect({ host: 'some.host', port }))
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({
      code: 'ETIMEDOUT',
      errors: [
        { message: `connect ETIMEDOUT 127.0.0.2:${port}`, errno: -110 },
        { message: `connect ECONNREFUSED 127.0.0.1:${port}` },
      ],
    })
  })

  it('are tried in alternate families', async () => {
    resolveTo('127.0.0.3', '127.0.0.4', '::1', '127.0.0.5')
    await using server = await listen({ host: '127.0.0.1' })
    const { port } = server.address as AddressInfo
    await server.close()
    const error = (await errorOf(connect({ host: 'some.host', port }))) as AggregateError
    expect(error.errors.map(({ address }) => address)).toEqual(['127.0.0.3', '::1', '127.0.0.4', '127.0.0.5'])
  })
})

describe('a name whose lookup does not end', () => {
  type Limits = { signal?: AbortSignal; timeout?: number }
  const calls: Record<string, (limits: Limits) => Promise<unknown>> = {
    connect: (limits) => connect({ host: 'some.host', port: 1, ...limits }),
    listen: (limits) => listen({ host: 'some.host', ...limits }),
    bind: (limits) => bind({ host: 'some.host', ...limits }),
    'UdpSocket.connect': async (limits) => {
      await using socket = await bind({ host: '127.0.0.1' })
      await socket.connect({ address: 'some.host', port: 1 }, limits)
    },
    'UdpSocket.send': async (limits) => {
      await using socket = await bind({ host: '127.0.0.1' })
      await socket.send('x', { address: 'some.host', port: 1 }, limits)
    },
  }

  it.each(Object.entries(calls))('holds up %s no longer than its limits say', async (_, call) => {
    dns.lookup = (() => new Promise(() => undefined)) as never
    syncBuiltinESMExports()
    await expect(call({ timeout: 5 })).rejects.toBeInstanceOf(TimeoutError)
    const abort = new AbortController()
    const waiting = call({ signal: abort.signal, timeout: 1e9 })
    expect(await hasSettled(waiting)).toBe(false)
    abort.abort()
    await expect(waiting).rejects.toBeInstanceOf(AbortError)
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    await expect(call({ signal: abort.signal })).rejects.toBeInstanceOf(AbortError)
  })

  it.each(Object.entries(calls))('%s refuses limits that are none', async (_, call) => {
    const refused = async (limits: unknown) => errorOf((async () => await call(limits as Limits))())
    expect(await refused({ timeout: -1 })).toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    expect(await refused({ signal: 'no' })).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })
})
