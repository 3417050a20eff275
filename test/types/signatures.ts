// What TypeScript reads out of the sources that test/cuda/signatures.test.ts reads when it runs. Checked by `npm run types`.
import type { Kernel, KernelArgument, Kernels } from 'heddle/cuda'
import type { ArgumentsOf, ParameterType } from '../../lib/cuda/kernel-types.js'
import type { signatures } from '../cuda/signatures.ts'
import type { Equal, Expect } from './equal.ts'

type TakenBy<K> = K extends Kernel<infer A> ? A : never
/** By name, what the kernels take. */
type Read<S extends string> = { [N in keyof Kernels<S>]: TakenBy<Kernels<S>[N]> }
type Wanted<K> = {
  readonly [N in keyof K]: K[N] extends readonly ParameterType[] ? ArgumentsOf<Mutable<K[N]>> : never
}
type Mutable<T extends readonly unknown[]> = { -readonly [I in keyof T]: T[I] }

type Signatures = typeof signatures
type Wrong = {
  [T in keyof Signatures]: Equal<Read<Signatures[T]['source']>, Wanted<Signatures[T]['kernels']>> extends true
    ? never
    : T
}[keyof Signatures]

export type All = Expect<Equal<Wrong, never>>

type Anything = KernelArgument[]
interface AnyKernels {
  readonly [name: string]: Kernel<Anything>
}

/** What only the preprocessor knows has kernels of any name. */
export type Macros = [
  Expect<Equal<Kernels<'#define KERNEL extern "C" __global__ void\nKERNEL a(int n) {}'>, AnyKernels>>,
  Expect<Equal<Kernels<'#define KERNEL \\\n __global__ void\nextern "C" KERNEL a(int n) {}'>, AnyKernels>>,
  Expect<Equal<Kernels<'extern "C" __global__ MINE(3) void a(int n) {}'>, AnyKernels>>,
  Expect<
    Equal<
      Kernels<'extern "C" {\n#if A\n__global__ void a(int n) {\n#else\n__global__ void a(float n) {\n#endif\n}\n}'>,
      AnyKernels
    >
  >,
]

/** A kernel whose parameters are not clear takes anything. */
type TakesAnything<S extends string> = Equal<Read<S>, { readonly a: Anything }>
export type Parameters = [
  Expect<
    TakesAnything<'#if A\nextern "C" __global__ void a(int n) {\n#else\nextern "C" __global__ void a(float* x) {\n#endif\n}'>
  >,
  Expect<TakesAnything<'extern "C" __global__ void a(int n = 1 < 2, bool b = 3 > 2) {}'>>,
  Expect<TakesAnything<'extern "C" __global__ void a(V v = V<int, float>(), int n) {}'>>,
  Expect<TakesAnything<'extern "C" __global__ void a(W w = {1, 2}, int n) {}'>>,
  Expect<TakesAnything<'extern "C" __global__ void a(alignas(16) float4 v) {}'>>,
  Expect<TakesAnything<'extern "C" __global__ void a(void (*f)(int, int), int n) {}'>>,
  Expect<TakesAnything<'extern "C" __global__ void a(int n\n#ifdef M\n, int m\n#endif\n) {}'>>,
]

/** A text may be long. */
type Twice<S extends string> = `${S}${S}`
type Long = Twice<Twice<Twice<Twice<Twice<Twice<Twice<Twice<'x = a / b; // "c\n {\'"\'}'>>>>>>>>
export type Lengths = [
  Expect<Equal<Read<`${Long}extern "C" __global__ void a(bool n) {}`>, { readonly a: [boolean] }>>,
  Expect<Equal<Read<`extern "C" {${Long}__global__ void a(bool n) {}}`>, { readonly a: [boolean] }>>,
]
