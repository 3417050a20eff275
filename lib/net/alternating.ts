import { isIPv6 } from 'node:net'

/**
 * Addresses in alternate families, beginning with that of the first: where one family leads nowhere, the second attempt does not
 * go there too. As node:net has it.
 */
export function alternating(addresses: readonly string[]): string[] {
  const first = isIPv6(addresses[0] as string)
  const same = addresses.filter((address) => isIPv6(address) === first)
  const other = addresses.filter((address) => isIPv6(address) !== first)
  const result: string[] = []
  for (let i = 0; i < addresses.length; ++i) result.push(...same.slice(i, i + 1), ...other.slice(i, i + 1))
  return result
}
