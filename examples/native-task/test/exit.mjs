import { rot13 } from '../index.mjs'

const [path, when] = process.argv.slice(2)
const ends = Array.from({ length: 8 }, () => rot13(path))
if (when === 'at once') process.exit(7)
if (when === 'in a turn') setImmediate(() => process.exit(7))
if (when === 'in a continuation') ends[0].then(() => process.exit(7))
