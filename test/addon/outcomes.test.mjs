import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { createRequire } from 'node:module'
import { test } from 'node:test'

const addon = createRequire(import.meta.url)('../app/build/outcomes.node')

test('values', async () => {
  const many = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
  const wanted = {
    nothing: undefined,
    yes: true,
    int: -7,
    size: 2 ** 52,
    double: 0.1,
    text: 'h\u00e4ddle',
    fewBytes: Uint8Array.of(1, 2),
    noBytes: Uint8Array.of(),
    manyBytes: many,
    span: many,
    list: ['a', 'b'],
    flags: [true, false],
    some: 3,
    none: undefined,
    summary: { name: 'all', marks: [1, undefined] },
  }
  for (const [name, value] of Object.entries(wanted)) assert.deepEqual(await addon[name](), value, name)
})

test('a value that JavaScript cannot have', async () => {
  await assert.rejects(addon.tooLarge(), {
    code: 'ERR_OUT_OF_RANGE',
    message: "A number can't hold the integer 18446744073709551615",
  })
  await assert.rejects(addon.thrower(), { name: 'RangeError', message: 'from the conversion' })
})

test('errors', async () => {
  const wanted = {
    'system call': {
      message: 'ENOSPC: no space left on device, write',
      code: 'ENOSPC',
      errno: -28,
      syscall: 'write',
    },
    generic: { message: 'EPIPE: broken pipe', code: 'EPIPE', errno: -32 },
    'other category': { message: 'parse: iostream error' },
    file: {
      message: "EACCES: permission denied, open '/secret'",
      code: 'EACCES',
      errno: -13,
      syscall: 'open',
      path: '/secret',
    },
    typed: { message: 'too short', code: 'ERR_SHORT' },
    cancelled: { message: 'ECANCELED: operation canceled', code: 'ECANCELED', errno: -125 },
    'no exception': { message: 'A task ended with an exception that is no std::exception' },
    'plain words': { message: 'plain words' },
  }
  for (const [how, properties] of Object.entries(wanted)) {
    const error = await addon.fail(how).catch((thrown) => thrown)
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'Error')
    assert.deepEqual({ message: error.message, ...error }, properties, how)
  }
})

test('a value that came although the signal was aborted is not lost', async () => {
  const controller = new AbortController()
  const rounds = addon.insist(controller.signal)
  setImmediate(() => controller.abort())
  assert.ok(Number.isInteger(await rounds))
})

test('one listener on a signal, however many share it, and none when all have ended', async () => {
  const warnings = []
  process.on('warning', (warning) => warnings.push(warning))
  const controller = new AbortController()
  const count = () => getEventListeners(controller.signal, 'abort').length
  const ends = Array.from({ length: 100 }, () => addon.insist(controller.signal))
  assert.equal(count(), 1)
  controller.abort()
  await Promise.all(ends)
  assert.equal(count(), 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(warnings, [])
})

test('a signal whose listening throws', () => {
  const signal = {
    aborted: false,
    addEventListener() {
      throw new RangeError('not here')
    },
  }
  assert.throws(() => addon.insist(signal), { name: 'RangeError', message: 'not here' })
})
