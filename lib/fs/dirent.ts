import { Dirent } from 'node:fs'

/** Node's own class, so that `instanceof fs.Dirent` holds. What its constructor takes is the same from Node 20 on. */
const Entry = Dirent as unknown as new (
  name: string | Buffer,
  kind: number,
  parentPath: string | Buffer,
) => Dirent<string> & Dirent<Buffer>

/**
 * An entry of a folder.
 *
 * @param kind as native/io/list_folder.hpp numbers it, which is as Node does
 */
export function direntOf<Name extends string | Buffer>(
  name: Name,
  kind: number,
  parentPath: string | Buffer,
): Dirent<Name extends string ? string : Buffer> {
  return new Entry(name, kind, parentPath) as never
}
