// The stripped addon into prebuilds/<platform>-<arch>/, by prebuildify. Releases run this in an old-glibc container.
import { join } from 'node:path'
import { setup } from './setup.mjs'
import { main, root, run } from './support/run.mjs'
import { bin } from './support/typescript.mjs'

await main(import.meta.url, () => {
  setup()
  const compiler = join(root, 'scripts/support/node-gyp-shim.sh')
  run(bin('prebuildify'), ['--napi', '--strip', '--tag-uv', '--tag-libc', '--node-gyp', compiler])
})
