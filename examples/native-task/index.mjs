import { createRequire } from 'node:module'

const addon = createRequire(import.meta.url)('./build/native_task.node')

export const rot13 = (path, { signal } = {}) => addon.rot13(path, signal)
