import type { Kernel } from './kernel.js'
import type { ArgumentsOf, KernelArgument, ParameterType, qualifiers, scalarTypes } from './kernel-types.js'

/**
 * The kernels of a CUDA C++ source text, by name, as TypeScript reads them out of a literal type. What is read: each
 * `extern "C" __global__ void name(...)`. What the compiler has to know and TypeScript doesn't (macros, `#if`) is not. A
 * source that is no literal gives kernels of any name that take any arguments; those are checked when they are launched.
 *
 * kernel-source.ts reads the same things at run time.
 */
export type Kernels<S extends string> = string extends S
  ? { readonly [name: string]: Kernel<KernelArgument[]> }
  : {
      readonly [D in Extract<Declarations<StripComments<S>>, Declaration> as D['name']]: KernelTaking<
        D['parameters']
      >
    }

interface Declaration {
  name: string
  parameters: readonly ParameterType[]
}

type KernelTaking<P extends readonly ParameterType[]> =
  ArgumentsOf<P> extends infer A extends readonly KernelArgument[] ? Kernel<A> : never

type Blank = ' ' | '\n' | '\t' | '\r'

type TrimStart<S extends string> = S extends `${Blank}${infer Rest}` ? TrimStart<Rest> : S
type TrimEnd<S extends string> = S extends `${infer Rest}${Blank}` ? TrimEnd<Rest> : S
type Trim<S extends string> = TrimStart<TrimEnd<S>>

/** Everything but comments. Each slash is looked at once. */
type StripComments<S extends string, Done extends string = ''> = S extends `${infer Before}/${infer After}`
  ? After extends `/${infer Line}`
    ? StripComments<Line extends `${string}\n${infer Rest}` ? `\n${Rest}` : '', `${Done}${Before}`>
    : After extends `*${infer Comment}`
      ? StripComments<Comment extends `${string}*/${infer Rest}` ? ` ${Rest}` : '', `${Done}${Before}`>
      : StripComments<After, `${Done}${Before}/`>
  : `${Done}${S}`

/** A union of what follows each `__global__` that is C linkage's. */
type Declarations<
  S extends string,
  InBlock = false,
  Found = never,
> = S extends `${infer Before}__global__${infer After}`
  ? IsExternC<Before> extends true
    ? Declarations<After, OpensBlock<Before, InBlock>, Found | Declare<Head<After>>>
    : OpensBlock<Before, InBlock> extends true
      ? Declarations<After, true, Found | Declare<Head<After>>>
      : Declarations<After, false, Found>
  : Found

/** Whether a text ends in `extern "C"`. */
type IsExternC<S extends string> =
  TrimEnd<S> extends `${string}extern "C"` ? true : IsSpacedExternC<TrimEnd<S>>
type IsSpacedExternC<S extends string> = S extends `${infer Before}"C"`
  ? TrimEnd<Before> extends `${string}extern`
    ? true
    : false
  : false

/** Whether kernels are inside of an `extern "C" {`. */
type OpensBlock<S extends string, InBlock> = S extends `${string}extern "C" {${string}`
  ? true
  : S extends `${string}extern "C"\n{${string}`
    ? true
    : S extends `${string}extern "C"{${string}`
      ? true
      : InBlock

/** A declaration, up to its body. */
type Head<S extends string> = S extends `${infer Before}{${string}` ? Statement<Before> : Statement<S>
type Statement<S extends string> = S extends `${infer Before};${string}` ? Before : S

/** ` void __launch_bounds__(256) name(parameters) ` */
type Declare<S extends string> = S extends `${infer Before}__launch_bounds__${infer After}`
  ? After extends `${string}(${string})${infer Rest}`
    ? Declare<`${Before}${Rest}`>
    : never
  : S extends `${infer Before}(${infer List})${string}`
    ? { name: LastWord<Squeeze<Before>>; parameters: Parameters<Squeeze<List>> }
    : never

/** Single spaces between words, none at the ends. */
type Squeeze<S extends string> =
  Trim<S> extends `${infer Before}${'\n' | '\t' | '\r'}${infer After}`
    ? Squeeze<`${Before} ${After}`>
    : Trim<S> extends `${infer Before}  ${infer After}`
      ? Squeeze<`${Before} ${After}`>
      : Trim<S>

type LastWord<S extends string> = S extends `${string} ${infer Rest}` ? LastWord<Rest> : S
type AllButLastWord<S extends string, Done extends string = ''> = S extends `${infer Word} ${infer Rest}`
  ? AllButLastWord<Rest, Done extends '' ? Word : `${Done} ${Word}`>
  : Done

type Parameters<S extends string, Done extends readonly ParameterType[] = []> = S extends '' | 'void'
  ? Done
  : S extends `${infer First},${infer Rest}`
    ? Parameters<Trim<Rest>, [...Done, Parameter<Squeeze<First>>]>
    : [...Done, Parameter<Squeeze<S>>]

type Parameter<S extends string> = S extends `${infer Element}*${infer Rest}`
  ? Rest extends `${string}*${string}`
    ? 'void*'
    : Pointer<Scalar<Unqualified<Element>>>
  : S extends `${infer Element}[${string}`
    ? Pointer<Named<Unqualified<Element>>>
    : Named<Unqualified<S>>

type Pointer<T> = T extends 'bool'
  ? 'u8*'
  : T extends 'bytes'
    ? 'void*'
    : T extends ParameterType & string
      ? Starred<T>
      : never
type Starred<T extends string> = `${T}*` extends ParameterType ? `${T}*` : 'void*'

type Unqualified<S extends string, Done extends string = ''> = S extends `${infer Word} ${infer Rest}`
  ? Unqualified<Rest, Joined<Done, Word>>
  : Joined<Done, S>
type Joined<Done extends string, Word extends string> = Word extends (typeof qualifiers)[number] | ''
  ? Done
  : Done extends ''
    ? Word
    : `${Done} ${Word}`

type ScalarTypes = typeof scalarTypes

/** A type. */
type Scalar<S extends string> = S extends `std::${infer Rest}`
  ? Scalar<Rest>
  : S extends keyof ScalarTypes
    ? ScalarTypes[S]
    : 'bytes'

/** A type with or without a name behind it. */
type Named<S extends string> = Scalar<S> extends 'bytes' ? Scalar<AllButLastWord<S>> : Scalar<S>
