import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** Whether there is a Python to be the other end. */
function python(): boolean {
  try {
    execFileSync('python3', ['-c', ''], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

it.skipIf(!python())('memory that Python has worked on in place', () => {
  const script = new URL('../../build/examples/share-with-python.js', import.meta.url)
  const output = execFileSync(process.execPath, [script.pathname, 'host'], { encoding: 'utf8' })
  expect(output).toBe('1000 elements, the last of them 42\n')
})
