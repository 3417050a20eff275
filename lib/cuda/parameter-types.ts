import type { integerTypes, ParameterType, qualifiers, scalarTypes } from './kernel-types.js'
import type { AfterLast, ReplaceAll, SameNumber, Squeeze, Trim } from './text-types.js'

/** What a parameter list declares, of which only `compile` can say it. */
export type Unclear = 'unclear'

/** The types of a parameter list, which kernel-parameters.ts reads at run time. */
export type ParametersOf<List extends string> =
  Squeeze<List> extends infer S extends string
    ? S extends '' | 'void'
      ? []
      : S extends `${string}#${string}`
        ? Unclear
        : Split<ReplaceAll<ReplaceAll<WithoutAttributes<S>, ' ::', '::'>, ':: ', '::'>>
    : never

/** `[[...]]` may stand anywhere. */
export type WithoutAttributes<S extends string> = S extends `${infer Before}[[${string}]]${infer After}`
  ? WithoutAttributes<`${Before} ${After}`>
  : S

/** At the commas that are in no parentheses and no `<>`. */
type Split<
  S extends string,
  Begun extends string = '',
  Done extends readonly ParameterType[] = [],
> = S extends `${infer First},${infer Rest}`
  ? IsWhole<`${Begun}${First}`> extends infer W
    ? W extends true
      ? Added<Done, `${Begun}${First}`> extends infer Next extends readonly ParameterType[]
        ? Split<Rest, '', Next>
        : Unclear
      : W extends Unclear
        ? Unclear
        : Split<Rest, `${Begun}${First},`, Done>
    : never
  : IsWhole<`${Begun}${S}`> extends true
    ? Added<Done, `${Begun}${S}`>
    : Unclear

type Added<Done extends readonly ParameterType[], S extends string> =
  Parameter<Declarator<S>> extends infer P ? (P extends ParameterType ? [...Done, P] : Unclear) : never

/** Whether a comma behind a text separates parameters. A `<` in a default may be a comparison. */
type IsWhole<S extends string> = S extends `${infer D}=${infer Default}`
  ? Default extends `${string}<${string}`
    ? Unclear
    : AreClosed<`${D}${Default}`> extends true
      ? SameNumber<D, '<', '>'>
      : false
  : AreClosed<S> extends true
    ? SameNumber<S, '<', '>'>
    : false
type AreClosed<S extends string> = S extends `${string}(${string}` ? SameNumber<S, '(', ')'> : true

/** Without its default; of template arguments `<>` is left. */
type Declarator<S extends string> = S extends `${infer D}=${string}` ? Declarator<D> : WithoutAngles<S>
type WithoutAngles<S extends string> = S extends `${infer Template}<${infer Rest}`
  ? Squeeze<`${Template}<> ${AfterLast<Rest, '>'>}`>
  : Squeeze<S>

type Parameter<S extends string> = S extends `${string}(${string}`
  ? Unclear
  : S extends `${infer Element}*${infer Rest}`
    ? Rest extends `${string}*${string}`
      ? 'void*'
      : Pointer<Scalar<Unqualified<Trim<Element>>, false>>
    : S extends `${infer Element}[${string}`
      ? Pointer<Scalar<Unqualified<Trim<Element>>, true>>
      : Scalar<Unqualified<S>, true>

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

type Sizes = typeof integerTypes
type IntegerWord = keyof Sizes | 'signed' | 'unsigned'

/** The type that a text spells, with a name behind it where that may be. */
type Scalar<S extends string, Name extends boolean> = S extends IntegerWord | `${IntegerWord} ${string}`
  ? Integer<S, Name>
  : S extends `${'std' | 'cuda' | ''}::${infer Rest}`
    ? Scalar<Rest, Name>
    : S extends `${infer First} ${infer Rest}`
      ? Behind<Rest, Name, Known<First>>
      : Known<S>
type Known<S extends string> = S extends keyof typeof scalarTypes ? (typeof scalarTypes)[S] : 'bytes'

/** Words of an integer's type, in any order. */
type Integer<
  S extends string,
  Name extends boolean,
  Size extends keyof Sizes = 'int',
  Sign extends 0 | 1 = 0,
> = S extends `${infer First extends IntegerWord} ${infer Rest}`
  ? Integer<Rest, Name, SizeWith<Size, First>, SignWith<Sign, First>>
  : S extends IntegerWord
    ? Sizes[SizeWith<Size, S>][SignWith<Sign, S>]
    : Behind<S, Name, Sizes[Size][Sign]>
type SizeWith<Size, Word> = Word extends Exclude<keyof Sizes, 'int'> ? Word : Size
type SignWith<Sign, Word> = Word extends 'unsigned' ? 1 : Sign

/** A type that a text follows, which has to be a name. */
type Behind<S extends string, Name extends boolean, T> = Name extends true
  ? S extends `${string} ${string}` | `${string}&${string}` | IntegerWord | 'double' | '__int128'
    ? 'bytes'
    : T
  : 'bytes'
