/**
 * The bytes of a file with each ASCII letter replaced by the one 13 places on.
 *
 * Rejects with what `node:fs` would reject with (`ENOENT` and the like), with an `Error` of `code` `ERR_NOT_A_FILE`, or with
 * an `AbortError` once `signal` is aborted.
 */
export function rot13(path: string, options?: { signal?: AbortSignal }): Promise<Uint8Array>
