import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most files wait for processes of their own.
    maxWorkers: availableParallelism(),
    // What kernels were compiled to, so that they are not compiled anew each time, and not kept in the user's home.
    env: { HEDDLE_CACHE: fileURLToPath(new URL('build/kernels', import.meta.url)) },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: { provider: 'v8', include: ['lib/**/*.ts', 'dist/**/*.js'] },
  },
})
