import { rot13 } from '../index.mjs'

rot13(process.argv[2]).then(() => console.log('ended'))
