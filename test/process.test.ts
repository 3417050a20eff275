import { describe, expect, it } from 'vitest'
import { run, runClean } from './fixtures/child.ts'

const say = (how: string) => runClean('process-life', { args: [how] })

describe('the process', () => {
  it('ends at once when nothing is pending', async () => {
    expect(await say('nothing pending')).toBe('main is done')
  })

  it.each([
    ['a read that waits', 'main is done\nread something'],
    ['a sleep', 'main is done\nslept'],
    ['an open that waits', 'main is done\nopened'],
    ['a close', 'main is done\nclosed'],
  ])('stays while there is %s, and ends when that has ended', async (how, said) => {
    expect(await say(how)).toBe(said)
  })

  it('starts operations again on beforeExit, and ends when those have ended', async () => {
    expect(await say('again on beforeExit')).toBe('main is done\nslept\nslept again')
  })

  it('says that a top-level await can not end where Node does', async () => {
    const ended = await run('process-life', { args: ['a Promise that nobody settles'] })
    expect(ended).toMatchObject({ code: 13, signal: null, stdout: '' })
  })
})

describe('errors in continuations', () => {
  it('go to uncaughtException when they are thrown from a callback, and what follows goes on', async () => {
    expect(await say('uncaught exception')).toBe('caught: of a continuation\ncaught: of a tick\nslept after')
  })

  it('end the process, as everywhere, when nobody listens', async () => {
    const ended = await run('process-life', { args: ['nobody listens'] })
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.stderr).toMatch(/throw new Error\('of a continuation'\)[\s\S]*Error: of a continuation/)
  })

  it('are unhandled rejections when a Promise is rejected', async () => {
    expect(await say('unhandled rejection')).toBe('unhandled: ENOENT\nslept after')
    const ended = await run('process-life', { args: ['nobody listens to a rejection'] })
    expect(ended).toMatchObject({ code: 1, signal: null })
    expect(ended.stderr).toMatch(/ENOENT: no such file or directory, open '.*missing'/)
  })
})

describe('async context', () => {
  it('AsyncLocalStorage follows operations', async () => {
    expect(await say('async context')).toBe('one two three')
  })
})

describe('workers', () => {
  it.each([
    ['in a worker alone', 'worker: content'],
    ['in a worker of a worker', 'worker: content'],
    ['in twenty workers at once', Array(20).fill('worker: content').join('\n')],
    ['in a worker that calls process.exit()', 'exit code 3'],
    ['in a worker that throws', 'error: of the worker'],
    ['in a worker that is ended while it is busy', 'exit code 1'],
    ['in a worker that starts and ends many times', 'done'],
    ['in workers that are ended while they load it', 'done'],
    ['in main and worker, with a buffer that goes to and fro', 'something else'],
  ])('the package works %s', async (how, said) => {
    expect(await runClean('worker-life', { args: [how] })).toBe(said)
  })
})
