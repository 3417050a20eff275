import type { Code, HidesKernels } from './code-types.js'
import type { Kernel } from './kernel.js'
import type { ArgumentsOf, KernelArgument, kernelAttributes, ParameterType } from './kernel-types.js'
import type { ParametersOf, Unclear, WithoutAttributes } from './parameter-types.js'
import type { AfterBody, Group, LastWord, Squeeze, Trim, TrimEnd, TrimStart } from './text-types.js'

/**
 * The kernels of a CUDA C++ source text, by name, as TypeScript reads them out of a literal type. What is read: each
 * `extern "C" __global__ void name(...)`. What the compiler has to know and TypeScript doesn't (macros, `#if`) is not. A
 * source that is no literal gives kernels of any name that take any arguments; those are checked when they are launched. So
 * does one in which only the preprocessor finds the kernels; and a kernel of whose parameters TypeScript can't be sure takes
 * anything.
 *
 * kernel-source.ts reads the same things at run time.
 */
export type Kernels<S extends string> = string extends S ? AnyKernels : KernelsIn<Code<S>>

interface AnyKernels {
  readonly [name: string]: Kernel<KernelArgument[]>
}

type KernelsIn<S extends string> =
  HidesKernels<S> extends true
    ? AnyKernels
    : Declarations<S> extends infer D
      ? Unclear extends D
        ? AnyKernels
        : KernelsOf<Extract<D, Declaration>>
      : never
type KernelsOf<D extends Declaration> = {
  readonly [N in D['name']]: KernelTaking<Extract<D, { name: N }>['parameters']>
}

interface Declaration {
  name: string
  parameters: readonly ParameterType[] | Unclear
}

/** Declarations that differ are for an `#if` to choose from. */
type KernelTaking<P> =
  IsUnion<P> extends false
    ? P extends readonly ParameterType[]
      ? ArgumentsOf<P> extends infer A extends readonly KernelArgument[]
        ? Kernel<A>
        : never
      : Kernel<KernelArgument[]>
    : Kernel<KernelArgument[]>
type IsUnion<T, Each = T> = Each extends T ? ([T] extends [Each] ? false : true) : never

/** A union of what follows each `extern "C"`: a declaration, or a block of them. */
type Declarations<S extends string, Found = never> = S extends `${infer Before}"C"${infer After}`
  ? TrimEnd<Before> extends `${string}extern`
    ? TrimStart<After> extends `{${infer Inside}`
      ? S extends `${string}#el${string}`
        ? Unclear
        : Block<Inside> extends [infer Rest extends string, infer In]
          ? Declarations<Rest, Found | In>
          : Unclear
      : Declarations<After, Found | Declared<Head<After>>>
    : Declarations<After, Found>
  : Found

/** A declaration, up to its body. */
type Head<S extends string> = S extends `${infer Before}{${string}` ? Statement<Before> : Statement<S>
type Statement<S extends string> = S extends `${infer Before};${string}` ? Before : S

/**
 * What an `extern "C" {` has, and what follows it.
 *
 * @typeParam Open one for each namespace, and block in the block, that is open
 */
type Block<
  S extends string,
  Open extends 1[] = [],
  Found = never,
> = S extends `${infer Before}}${infer After}`
  ? Before extends `${infer Statements}{${infer Rest}`
    ? Squeeze<LastStatement<Statements>> extends
        | `namespace${string}`
        | `inline namespace${string}`
        | `${string}extern "C"`
      ? Block<`${Rest}}${After}`, [...Open, 1], Found | EachDeclared<Statements>>
      : Block<AfterBody<`${Rest}}${After}`>, Open, Found | EachDeclared<Statements>>
    : Open extends [1, ...infer Outer extends 1[]]
      ? Block<After, Outer, Found | EachDeclared<Before>>
      : [behind: After, found: Found | EachDeclared<Before>]
  : [behind: '', found: Found | EachDeclared<S>]

type LastStatement<S extends string> = S extends `${string};${infer Rest}` ? LastStatement<Rest> : S

type EachDeclared<S extends string, Found = never> = S extends `${string}__global__${string}`
  ? S extends `${infer First};${infer Rest}`
    ? EachDeclared<Rest, Found | Declared<First>>
    : Found | Declared<S>
  : Found

type Declared<S extends string> = S extends `${infer Before}__global__${infer After}`
  ? Before extends `${string}template${string}`
    ? never
    : Signature<WithoutAttributes<Squeeze<After>>>
  : never

/** ` void __launch_bounds__(256) name(parameters)`; what else has parentheses may be an attribute of the program's own. */
type Signature<S extends string> = S extends `${infer Before}(${infer Rest}`
  ? LastWord<Trim<Before>> extends infer Name extends string
    ? Group<Rest> extends [infer List extends string, infer Behind extends string]
      ? Name extends (typeof kernelAttributes)[number]
        ? Signature<Behind>
        : Trim<Behind> extends '' | `noexcept${string}` | `${(typeof kernelAttributes)[number]}${string}`
          ? { name: Name; parameters: ParametersOf<List> }
          : Unclear
      : { name: Name; parameters: Unclear }
    : never
  : never
