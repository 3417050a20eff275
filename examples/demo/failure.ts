/** Something the user can put right: shown as one line, without a stack. Any other error is a bug and shows its stack. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

const inWords: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  EIO: 'the disk reports an error',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
}

/** A system error as one plain line; what is no system error comes back as it is. */
export function explained(action: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  const words = inWords[error.code]
  return new Failure(`cannot ${action}: ${words ? `${words} (${error.code})` : error.message}`, {
    cause: error,
  })
}
