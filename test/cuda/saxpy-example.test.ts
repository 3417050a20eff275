import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('works as the example shows it', () => {
  const script = new URL('../../build/examples/saxpy.js', import.meta.url)
  const output = execFileSync(process.execPath, [script.pathname], { encoding: 'utf8' })
  expect(output).toBe('10000 elements, the last of them 7\n')
})
