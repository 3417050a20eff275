import type { ReplaceAll } from './text-types.js'

/**
 * A C++ text without comments, and without what is in its strings, but for `"C"` and `"C++"`. Each slash and each quote is
 * looked at once.
 */
export type Code<S extends string> = ReplaceAll<ReplaceAll<Whole<S>, "'{'", '0'>, "'}'", '0'>

/** A recursion may go a thousand steps, so a long text is read in several. */
type Whole<S extends string, Done extends string = ''> =
  Stretch<S> extends [infer Read extends string, infer Rest extends string]
    ? Rest extends ''
      ? `${Done}${Read}`
      : Whole<Rest, `${Done}${Read}`>
    : never

/** What is left of the text up to the 256th slash or quote, and the text behind it. */
type Stretch<S extends string, Done extends string = '', Steps extends 1[] = []> = Steps['length'] extends 256
  ? [read: Done, rest: S]
  : S extends `${infer Before}"${infer After}`
    ? Before extends `${infer Head}/${infer Rest}`
      ? Slash<Head, `${Rest}"${After}`, Done, [...Steps, 1]>
      : Quote<Before, After, Done, [...Steps, 1]>
    : S extends `${infer Head}/${infer Rest}`
      ? Slash<Head, Rest, Done, [...Steps, 1]>
      : [read: `${Done}${S}`, rest: '']

/** At a slash, with what stands on both of its sides. */
type Slash<
  Before extends string,
  After extends string,
  Done extends string,
  Steps extends 1[],
> = After extends `/${infer Comment}`
  ? Stretch<Comment extends `${string}\n${infer Rest}` ? `\n${Rest}` : '', `${Done}${Before}`, Steps>
  : After extends `*${infer Comment}`
    ? Stretch<Comment extends `${string}*/${infer Rest}` ? Rest : '', `${Done}${Before} `, Steps>
    : Stretch<After, `${Done}${Before}/`, Steps>

/** At a quote. */
type Quote<Before extends string, After extends string, Done extends string, Steps extends 1[]> = [
  Before,
  After,
] extends [`${string}'` | `${string}'\\`, `'${string}`]
  ? Stretch<After, `${Done}${Before}`, Steps>
  : After extends `${infer Known extends 'C' | 'C++'}"${infer Rest}`
    ? Stretch<Rest, `${Done}${Before}"${Known}"`, Steps>
    : Before extends `${string}R`
      ? Stretch<AfterRaw<After>, `${Done}${Before}""`, Steps>
      : Stretch<AfterString<After>, `${Done}${Before}""`, Steps>

type AfterString<S extends string> = S extends `${infer Inside}"${infer After}`
  ? EndsInEscape<Inside> extends true
    ? AfterString<After>
    : After
  : ''

/** Whether a text ends in an odd number of backslashes. */
type EndsInEscape<S extends string> = S extends `${infer Rest}\\\\`
  ? EndsInEscape<Rest>
  : S extends `${string}\\`
    ? true
    : false

/** `mark( ... )mark"` */
type AfterRaw<S extends string> = S extends `${infer Mark}(${infer Text}`
  ? Text extends `${string})${Mark}"${infer After}`
    ? After
    : ''
  : ''

/**
 * Whether `#define` makes a word of what declares kernels, which takes a preprocessor to see through.
 */
export type HidesKernels<S extends string> = S extends `${string}define${infer After}`
  ? Line<After> extends `${string}${'__global__' | 'extern'}${string}`
    ? true
    : HidesKernels<After>
  : false

/** Up to the end of a line that no backslash continues. */
type Line<S extends string, Done extends string = ''> = S extends `${infer Before}\n${infer After}`
  ? Before extends `${string}\\` | `${string}\\\r`
    ? Line<After, `${Done}${Before}`>
    : `${Done}${Before}`
  : `${Done}${S}`
