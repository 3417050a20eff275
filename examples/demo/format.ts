/** 5041.2 -> '5,041' */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** Decimal megabytes, as disks and networks count them. */
export function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${bytes.toLocaleString('en')} bytes`
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`
}

/** A figure with fixed decimals, or a dash where there was nothing to measure. */
export function fixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : '–'
}

/** What the widest name, a file name, needs. */
export const nameWidth = 24

/** A line of a two-column list, indented under its heading. */
export function row(name: string, value: string): string {
  return `  ${name.padEnd(nameWidth)}${value}`
}
