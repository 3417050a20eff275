import { describe, expect, it } from 'vitest'
import { declarationsOf } from '../../lib/cuda/kernel-source.js'
import { signatures } from './signatures.ts'

const found = (source: string) =>
  Object.fromEntries(declarationsOf(source).map(({ name, parameters }) => [name, parameters]))

describe('the kernels that a source declares', () => {
  it.each(Object.entries(signatures))('are found: %s', (_title, { source, kernels }) => {
    expect(found(source)).toEqual(kernels)
  })

  // What TypeScript takes for kernels of any name or any arguments.
  it.each<[string, string, Record<string, string[]>]>([
    [
      'a macro that stands for the words in front',
      '#define KERNEL extern "C" \\\n __global__ void\nKERNEL a(int n) {}\nKERNEL b(float x) {}',
      { a: ['i32'], b: ['f32'] },
    ],
    [
      'lines of the preprocessor among the parameters',
      'extern "C" __global__ void a(int n\n#ifdef M // it\'s "here\n, float m\n#endif\n) {}',
      { a: ['i32', 'f32'] },
    ],
    [
      'braces that an #else opens again',
      'extern "C" {\n#if A\n__global__ void a(int n) {\n#else\n__global__ void a(float n) {\n#endif\n}\n__global__ void b(int n) {}\n}',
      { a: ['f32'], b: ['i32'] },
    ],
    [
      'comparisons, templates and braces in defaults',
      'extern "C" __global__ void a(int n = 1 < 2, bool b = 3 > 2, V v = V<int, float>(), W w = {1, 2}, int m = A<int, 3>::x) {}',
      { a: ['i32', 'bool', 'bytes', 'bytes', 'i32'] },
    ],
    [
      'attributes of parameters, and of macros',
      'extern "C" __global__ MINE(3) void a(alignas(16) float4 v, __attribute__((aligned(8))) int n, void (*f)(int, int), float m[2][2]) {}',
      { a: ['bytes', 'i32', 'void*', 'f32*'] },
    ],
  ])('are found: %s', (_title, source, kernels) => {
    expect(found(source)).toEqual(kernels)
  })

  it('have names for their parameters, where there are any', () => {
    const [kernel] = declarationsOf(
      'extern "C" __global__ void a(int n, const float* __restrict__ x, unsigned long, V<int> v = {}, float*, Thing, int m[4])',
    )
    expect(kernel?.names).toEqual(['n', 'x', '', 'v', '', '', 'm'])
  })

  it.each([
    [
      'thousands in a block',
      `extern "C" {\n${'__global__ void some_kernel(const float* x, unsigned n) { if (n) { x[0]; } }\n'.repeat(3000)}}`,
    ],
    ['a long word', `extern "C" __global__ void ${'a'.repeat(300_000)}`],
    ['brackets that are never closed', `extern "C" __global__ void a(int n = ${'a<('.repeat(100_000)}`],
    ['quotes that are never closed', '"\\'.repeat(100_000)],
  ])('are found in time that grows with the text: %s', (_title, source) => {
    const start = performance.now()
    declarationsOf(source)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
