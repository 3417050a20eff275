import dns from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'
import { type AddressInfo, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { connect, listen } from 'heddle/net'
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
