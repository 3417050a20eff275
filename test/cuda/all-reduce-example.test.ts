import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('the example of overlapped all-reduces averages on all ranks', () => {
  const script = new URL('../../build/examples/all-reduce.js', import.meta.url)
  const output = execFileSync(process.execPath, [script.pathname, 'host'], { encoding: 'utf8' })
  expect(output).toBe('on host devices, averaged gradients by layer: 0.5 1.5 2.5 3.5 4.5 5.5\n')
})
