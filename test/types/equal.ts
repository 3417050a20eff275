/** True when two types are the same to the compiler. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Does not compile when it is given false. */
export type Expect<T extends true> = T
