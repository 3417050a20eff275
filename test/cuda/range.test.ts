import { range, startRange } from 'heddle/cuda'
import { startTrace, stopTrace } from 'heddle/trace'
import { expect, it } from 'vitest'
import { thrown, wrongType } from './failures.ts'

it('a range gives what its body gives, and ends with it', async () => {
  startTrace()
  expect(range('plain', () => 7)).toBe(7)
  const error = new Error('of the body')
  expect(
    thrown(() =>
      range('throws', () => {
        throw error
      }),
    ),
  ).toBe(error)
  let finish = () => {}
  const later = range(
    'promised',
    () =>
      new Promise<string>((resolve) => {
        finish = () => resolve('ok')
      }),
  )
  expect(range('inner', () => 1)).toBe(1)
  finish()
  expect(await later).toBe('ok')
  await expect(range('rejects', () => Promise.reject(error))).rejects.toBe(error)
  const { spans } = await stopTrace()
  const named = (name: string) => spans.find((span) => span.name === name && span.lane === 'js')
  for (const name of ['plain', 'throws', 'rejects']) expect(named(name), name).toBeDefined()
  const [outer, inner] = [named('promised'), named('inner')]
  if (outer === undefined || inner === undefined) throw new Error('a span is missing')
  expect(outer.start).toBeLessThanOrEqual(inner.start)
  expect(outer.start + outer.duration).toBeGreaterThanOrEqual(inner.start + inner.duration)
})

it('a range that is started by hand ends once', async () => {
  startTrace()
  const step = startRange('step')
  step.end()
  step.end()
  const { spans } = await stopTrace()
  expect(spans.filter(({ name }) => name === 'step')).toHaveLength(1)
})

it('ranges without a trace cost nothing but their call, and their arguments are checked', () => {
  expect(range('nobody looks', () => 'x')).toBe('x')
  expect(thrown(() => startRange(1 as unknown as string))).toMatchObject(wrongType)
  expect(thrown(() => range('x', 1 as unknown as () => void))).toMatchObject(wrongType)
})
