import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const program = fileURLToPath(new URL('fixtures/no-threads.mjs', import.meta.url))

it.skipIf(process.getuid?.() !== 0)('open rejects where no thread is to be had, and nothing hangs', () => {
  const shell = 'ulimit -u 1 2>/dev/null || ulimit -p 1; exec "$0" "$1"'
  const { status, signal, stdout, stderr } = spawnSync('sh', ['-c', shell, process.execPath, program], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  })
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
  expect(
    stdout.match(/^CudaError cudaErrorOperatingSystem 304 .*Resource temporarily unavailable/gm),
  ).toHaveLength(3)
})
