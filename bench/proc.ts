import { readFileSync } from 'node:fs'

/** Bytes of a `Field:  123 kB` line of a file under /proc. */
export function procBytes(path: string, field: string): number {
  const line = readFileSync(path, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${field}:`))
  const kibibytes = line?.match(/(\d+) kB$/)?.[1]
  if (kibibytes === undefined) throw new Error(`${path} has no ${field}`)
  return Number(kibibytes) * 1024
}
