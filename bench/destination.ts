/** In which state a load finds the memory of its destination, by the name plain_load has for it. */
export type Destination = 'small' | 'huge' | 'mapped'

export const destinationNames: Readonly<Record<Destination, string>> = {
  small: 'memcpy to fresh 4 KiB pages',
  huge: 'memcpy to fresh 2 MiB pages',
  mapped: 'memcpy to mapped memory',
}

/**
 * Tells it by the page faults that a load of `bytes` took. Faults cost more than the copying does, so a plain
 * copy is a peer only if it takes the same ones.
 */
export function destinationBy(faults: number, bytes: number): Destination {
  const smallPages = bytes / 4096
  const hugePages = bytes / 2 ** 21
  if (faults > smallPages / 2) return 'small'
  return faults > hugePages / 2 ? 'huge' : 'mapped'
}
