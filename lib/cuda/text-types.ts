/** What TypeScript does with texts, to read source out of literal types. Each type says what it gives for a text `S`. */

type Blank = ' ' | '\n' | '\t' | '\r'

export type TrimStart<S extends string> = S extends `${Blank}${infer Rest}` ? TrimStart<Rest> : S
export type TrimEnd<S extends string> = S extends `${infer Rest}${Blank}` ? TrimEnd<Rest> : S
export type Trim<S extends string> = TrimStart<TrimEnd<S>>

/** One part after the other: a union in the middle of a pattern matches in several places at once. */
export type ReplaceAll<
  S extends string,
  Part extends string,
  By extends string,
  Done extends string = '',
> = S extends `${infer Before}${Part}${infer After}`
  ? ReplaceAll<After, Part, By, `${Done}${Before}${By}`>
  : `${Done}${S}`

/** Single spaces between words, none at the ends. */
export type Squeeze<S extends string> = Trim<
  Single<ReplaceAll<ReplaceAll<ReplaceAll<S, '\t', ' '>, '\n', ' '>, '\r', ' '>>
>
type Single<S extends string> = S extends `${string}  ${string}` ? Single<ReplaceAll<S, '  ', ' '>> : S

export type LastWord<S extends string> = S extends `${string} ${infer Rest}` ? LastWord<Rest> : S

/** Behind the last of a part; all of it when there is none. */
export type AfterLast<S extends string, Part extends string> = S extends `${string}${Part}${infer Rest}`
  ? AfterLast<Rest, Part>
  : S

/** A tuple as long as a part is often. */
export type Occurrences<
  S extends string,
  Part extends string,
  Found extends 1[] = [],
> = S extends `${string}${Part}${infer Rest}` ? Occurrences<Rest, Part, [...Found, 1]> : Found

/** Whether there are as many of two parts. */
export type SameNumber<S extends string, A extends string, B extends string> = Occurrences<
  S,
  A
>['length'] extends Occurrences<S, B>['length']
  ? true
  : false

/** Behind the parenthesis that closes one that is open, and in front of it; nothing when it isn't closed. */
export type Group<
  S extends string,
  Inside extends string = '',
  Open extends 1[] = [],
> = S extends `${infer Before})${infer After}`
  ? Before extends `${infer Head}(${infer Rest}`
    ? Group<`${Rest})${After}`, `${Inside}${Head}(`, [...Open, 1]>
    : Open extends [1, ...infer Outer extends 1[]]
      ? Group<After, `${Inside}${Before})`, Outer>
      : [inside: `${Inside}${Before}`, behind: After]
  : ''

/** Behind the brace that closes one that is open; nothing when it isn't closed. */
export type AfterBody<S extends string, Open extends 1[] = []> = S extends `${infer Before}}${infer After}`
  ? Before extends `${string}{${infer Rest}`
    ? AfterBody<`${Rest}}${After}`, [...Open, 1]>
    : Open extends [1, ...infer Outer extends 1[]]
      ? AfterBody<After, Outer>
      : After
  : ''
