/** An entry of a listing, whose form is said in native/io/list_folder.hpp and read_folder.hpp. */
export interface ListedEntry {
  /** As native/io/entry_kind.hpp numbers it, or {@link enters}. */
  readonly kind: number
  readonly name: Buffer
  /** Where the next one is. */
  readonly next: number
}

const nul = 0
const zero = 48

/** The kind of what is no entry: those that follow are in the folder of that name. */
export const enters = -1
/** The kind of a folder. */
export const folderKind = 2

export function entryAt(listing: Buffer, at: number): ListedEntry {
  const end = listing.indexOf(nul, at)
  return { kind: (listing[at] as number) - zero, name: listing.subarray(at + 1, end), next: end + 1 }
}
