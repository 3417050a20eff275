import { HeddleError, OffloadError, OffloadPool, offload } from 'heddle'
import { describe, expect, it } from 'vitest'
import { errorOf } from '../fixtures/settled.ts'

const tasks = new URL('../fixtures/offloaded/tasks.mjs', import.meta.url)

describe('offload of a function that throws', () => {
  it.each([
    ['Error', () => offload(() => Promise.reject(new Error('message')))],
    [
      'TypeError',
      () =>
        offload(() => {
          throw new TypeError('message')
        }),
    ],
    ['RangeError', () => offload(() => Promise.reject(new RangeError('message')))],
  ])('gives an error of its kind: %s', async (name, run) => {
    const error = await errorOf(run())
    expect(error).toBeInstanceOf({ Error, TypeError, RangeError }[name])
    expect(error).toMatchObject({
      name,
      message: 'message',
      stack: expect.stringContaining('offloaded-function'),
    })
  })

  it('keeps name, code, cause and what else is simple', async () => {
    const error = await errorOf(offload(tasks, [], { name: 'fail' }))
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'OwnError',
      code: 'E_OWN',
      message: 'of its own',
      cause: { code: 'ENOENT', syscall: 'open', path: '/missing', errno: -2 },
    })
    expect(error).not.toHaveProperty('uncloneable')
  })

  it('keeps the errors of an AggregateError, and does not go round in circles', async () => {
    const error = await errorOf(
      offload(() => {
        const inner = new Error('inner')
        inner.cause = inner
        throw new AggregateError([inner, 5], 'several')
      }),
    )
    expect(error).toMatchObject({
      name: 'AggregateError',
      message: 'several',
      errors: [{ message: 'inner' }, 5],
    })
  })

  it.each(['text', 5, null, undefined, true])('gives what is no error: %o', async (thrown) => {
    expect(await errorOf(offload((what: unknown) => Promise.reject(what), [thrown]))).toBe(thrown)
  })

  it.each([
    [
      'a getter that throws',
      () =>
        offload(() => {
          throw Object.defineProperty(new Error('m'), 'code', {
            get() {
              throw new Error('no code')
            },
          })
        }),
      /^m$/,
    ],
    [
      'a Proxy that throws',
      () =>
        offload(() => {
          throw new Proxy(new Error('m'), {
            getPrototypeOf() {
              throw Object.create(null)
            },
          })
        }),
      /can't be looked at/,
    ],
    [
      'a name that is a symbol',
      () =>
        offload(() => {
          throw Object.assign(new Error('named'), { name: Symbol('own') })
        }),
      /named/,
    ],
    [
      'a message that is a function',
      () =>
        offload(() => {
          throw Object.assign(new Error('m'), { message: () => 'hello' })
        }),
      /message/,
    ],
  ])('tells of an error with %s as of an error of the task', async (_, run, message) => {
    const error = await errorOf(run())
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(OffloadError)
    expect(error).toHaveProperty('message', expect.stringMatching(message))
  })

  it('tells of a result that throws while it is copied', async () => {
    const run = offload(() => ({
      get value() {
        throw Object.create(null)
      },
    }))
    expect(await errorOf(run)).toMatchObject({ code: 'ERR_HEDDLE_OFFLOAD_CLONE' })
  })

  it('says what an object was that is no error', async () => {
    const error = await errorOf(offload(() => Promise.reject({ key: 'value' })))
    expect(error).toHaveProperty('message', "Thrown: { key: 'value' }")
  })

  it('names a variable that the function does not bring along', async () => {
    const around = 5
    const error = await errorOf(offload(() => around))
    expect(error).toBeInstanceOf(ReferenceError)
    expect(error).toHaveProperty('message', 'around is not defined')
  })

  it('gives the error of a module that can not be loaded', async () => {
    const error = await errorOf(offload(new URL('missing.mjs', tasks)))
    expect(error).toHaveProperty('code', 'ERR_MODULE_NOT_FOUND')
  })
})

describe('offload that fails itself', () => {
  it('says which export there is not', async () => {
    for (const name of ['missing', 'notAFunction']) {
      const error = await errorOf(offload(tasks, [], { name }))
      expect(error).toBeInstanceOf(OffloadError)
      expect(error).toBeInstanceOf(HeddleError)
      expect(error).toMatchObject({
        name: 'OffloadError',
        code: 'ERR_HEDDLE_OFFLOAD_EXPORT',
        message: `${tasks.href} exports no function '${name}'`,
      })
    }
  })

  it('refuses arguments that can not be copied, at the call', () => {
    expect(() => offload((given: unknown) => given, [() => 1])).toThrow(
      expect.objectContaining({
        name: 'OffloadError',
        code: 'ERR_HEDDLE_OFFLOAD_CLONE',
        cause: expect.objectContaining({ name: 'DataCloneError' }),
      }),
    )
  })

  it('refuses a result that can not be copied, and its worker lives on', async () => {
    await using single = new OffloadPool({ threads: 1 })
    const where = async () => ((await single.run(tasks)) as { threadId: number }).threadId
    const before = await where()
    const error = await errorOf(single.run(() => () => 1))
    expect(error).toMatchObject({
      code: 'ERR_HEDDLE_OFFLOAD_CLONE',
      message: expect.stringContaining('could not be cloned'),
    })
    expect(await where()).toBe(before)
  })

  it('rejects what ran in a worker that dies, and goes on with another', async () => {
    await using single = new OffloadPool({ threads: 1 })
    const outcomes = await Promise.allSettled([
      single.run(() => process.exit(3)),
      single.run(() => 'next'),
      single.run(
        () =>
          new Promise(() => {
            setImmediate(() => {
              throw new Error('outside of the task')
            })
          }),
      ),
      single.run(() => 'last'),
    ])
    expect(outcomes).toMatchObject([
      {
        reason: {
          code: 'ERR_HEDDLE_OFFLOAD_EXIT',
          message: 'The worker ended before the task did: worker exited with code: 3',
        },
      },
      { value: 'next' },
      { reason: { code: 'ERR_HEDDLE_OFFLOAD_EXIT', cause: { message: 'outside of the task' } } },
      { value: 'last' },
    ])
  })
})

describe('offload checks at the call', () => {
  it.each([undefined, 5, 'file:///task.js', {}])('that the task is a function or a URL: %o', (task) => {
    expect(() => offload(task as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  it.each([
    ['a class', class Task {}],
    ['bound', (() => 1).bind(null)],
    ['native', Math.max],
    [
      'a method',
      {
        method() {
          return 1
        },
      }.method,
    ],
  ])('that the function can be sent: not %s', (_, task) => {
    expect(() => offload(task as () => number)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    )
  })

  it.each([
    [5, {}],
    [[], 5],
    [[], { name: 5 }],
    [[], { transfer: 5 }],
    [[], { signal: {} }],
  ])('that the rest is right: %o, %o', (args, options) => {
    expect(() => offload(tasks, args as never, options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it.each([0, -1, 1.5, 1025])('that there is a count of threads: %d', (threads) => {
    expect(() => new OffloadPool({ threads })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
  })
})
