import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const example = new URL('../examples/histogram.ts', import.meta.url)
const readme = new URL('../README.md', import.meta.url)

it('shows the example as it is', () => {
  const [, code] = readFileSync(example, 'utf8').split(/\n\n(.*)/s)
  expect(readFileSync(readme, 'utf8')).toContain(`\`\`\`ts\n${code}\`\`\``)
})

it('shows an example that works', () => {
  const script = new URL('../build/examples/histogram.js', import.meta.url)
  const output = execFileSync(process.execPath, [script.pathname], { encoding: 'utf8' })
  const bytes = readFileSync(process.execPath).subarray(0, 1 << 20)
  const zeros = bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  expect(output).toBe(`${zeros}n zero bytes of ${1 << 20}\n`)
})
