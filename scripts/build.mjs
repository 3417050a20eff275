// The addon into build/Release, the library into dist/. Nothing goes to stdout.

import { setup } from './setup.mjs'
import { compile, configure } from './support/cmake.mjs'
import { main } from './support/run.mjs'
import { buildLibrary } from './support/typescript.mjs'

export function build() {
  setup()
  configure()
  compile(['heddle'])
  buildLibrary()
}

await main(import.meta.url, build)
