import { expect, it } from 'vitest'
import { run } from '../fixtures/child.ts'

const flags = ['--expose-gc']

it('sockets and servers that are dropped are closed when they are collected, with a warning', async () => {
  const ended = await run('drop-sockets', { flags })
  expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'all closed\n' })
  for (const name of ['socket', 'server', 'UDP socket']) {
    expect(ended.stderr).toContain(`Warning: Closing a ${name} of heddle/net on garbage collection`)
  }
})

it('those that are closed are not', async () => {
  const ended = await run('drop-sockets', { flags, args: ['closed'] })
  expect(ended).toEqual({ code: 0, signal: null, stdout: 'all closed\n', stderr: '' })
})

it('those at which somebody waits stay until then', async () => {
  const ended = await run('drop-sockets', { flags, args: ['waiting'] })
  expect(ended).toMatchObject({
    code: 0,
    signal: null,
    stdout: 'datagram text written\nall closed\n',
  })
})
