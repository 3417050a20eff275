import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { rot13 } from '../index.mjs'

const folder = mkdtempSync(join(tmpdir(), 'native-task-'))
after(() => rmSync(folder, { recursive: true }))

const line = 'Why did the chicken cross the road? \u00e4\n'
const rotatedLine = 'Jul qvq gur puvpxra pebff gur ebnq? \u00e4\n'
const file = (name, content) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const lines = 100_000
const large = file('large', line.repeat(lines))
const largeBytes = Buffer.byteLength(line) * lines
const warnings = []
process.on('warning', (warning) => warnings.push(warning))
after(() => assert.deepEqual(warnings, []))

const program = (name) => fileURLToPath(new URL(name, import.meta.url))

test('a small file, a large one and an empty one', async () => {
  const [small, whole, empty] = await Promise.all([
    rot13(file('small', line)),
    rot13(large),
    rot13(file('empty', '')),
  ])
  assert.ok(small instanceof Uint8Array)
  assert.equal(Buffer.from(small).toString(), rotatedLine)
  assert.ok(Buffer.from(whole.buffer).equals(Buffer.from(rotatedLine.repeat(lines))))
  assert.equal(empty.length, 0)
})

test('a thousand calls at once', async () => {
  const path = file('many', line)
  for (const bytes of await Promise.all(Array.from({ length: 1000 }, () => rot13(path)))) {
    assert.equal(Buffer.from(bytes).toString(), rotatedLine)
  }
})

test('a missing file is what node:fs says of it', async () => {
  const path = join(folder, 'missing')
  await assert.rejects(rot13(path), {
    name: 'Error',
    message: `ENOENT: no such file or directory, open '${path}'`,
    code: 'ENOENT',
    errno: -2,
    syscall: 'open',
    path,
  })
})

test('an error with a code of its own', async () => {
  await assert.rejects(rot13(folder), {
    name: 'Error',
    message: `${folder} is not a regular file`,
    code: 'ERR_NOT_A_FILE',
  })
})

const isAbort = (reason) => (error) => {
  assert.equal(error.name, 'AbortError')
  assert.equal(error.code, 'ABORT_ERR')
  assert.equal(error.cause, reason)
  return true
}

test('a signal that is aborted already', async () => {
  const reason = new Error('enough')
  await assert.rejects(rot13(join(folder, 'missing'), { signal: AbortSignal.abort(reason) }), isAbort(reason))
})

test('an abort in the middle', async () => {
  const controller = new AbortController()
  const reason = { why: 'enough' }
  const ends = Array.from({ length: 20 }, () => rot13(large, { signal: controller.signal }))
  const settled = Promise.allSettled(ends)
  await new Promise((resolve) => setImmediate(resolve))
  controller.abort(reason)
  for (const { status, value, reason: error } of await settled) {
    if (status === 'fulfilled') assert.equal(value.length, largeBytes)
    else isAbort(reason)(error)
  }
  await assert.rejects(ends.at(-1), isAbort(reason))
})

test('an abort after the end changes nothing', async () => {
  const controller = new AbortController()
  const bytes = await rot13(large, { signal: controller.signal })
  controller.abort()
  assert.equal(bytes.length, largeBytes)
})

test('a signal that is none', () => {
  for (const signal of [null, 5, {}]) {
    assert.throws(() => rot13(large, { signal }), { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' })
  }
})

test('a Worker that is terminated in the middle, 20 times', async () => {
  const descriptors = () => readdirSync('/proc/self/fd').length
  const round = async (turns) => {
    const worker = new Worker(program('worker.mjs'), { workerData: large })
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    for (; turns > 0; --turns) await new Promise((resolve) => setImmediate(resolve))
    await worker.terminate()
  }
  await round(0)
  const before = descriptors()
  for (let i = 1; i < 20; ++i) await round(i % 4)
  assert.ok(descriptors() <= before)
})

test('process.exit() in the middle', () => {
  for (const when of ['at once', 'in a turn', 'in a continuation']) {
    const { status, signal, stderr } = spawnSync(process.execPath, [program('exit.mjs'), large, when], {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    })
    assert.deepEqual({ status, signal, stderr }, { status: 7, signal: null, stderr: '' }, when)
  }
})

test('a task keeps its process alive until it has ended, and no longer', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program('end.mjs'), large], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: 'ended\n', stderr: '' })
})
