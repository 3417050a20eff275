// npm run demo [-- FILE]
import { join } from 'node:path'
import { build } from './build.mjs'
import { hand, main, root } from './support/run.mjs'
import { buildTools } from './support/typescript.mjs'

await main(import.meta.url, (args) => {
  build()
  buildTools()
  hand(process.execPath, [join(root, 'build/examples/demo/main.js'), ...args], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
  })
})
