import { Agent, get as nodeGet } from 'node:http'
import { Client } from 'heddle/http'

/** Asks for a URL and reads the whole body; resolves to its length. */
export type Ask = (url: string) => Promise<number>

export type ContestantName = 'heddle' | 'fetch' | 'node'

const agent = new Agent({ keepAlive: true })
const client = new Client({ idleTimeout: 60_000 })

/** The same request through each. All keep their connections. */
export const contestants: Readonly<Record<ContestantName, Ask>> = {
  heddle: async (url) => (await (await client.get(url)).bytes()).length,
  fetch: async (url) => (await (await fetch(url)).arrayBuffer()).byteLength,
  node: (url) =>
    new Promise((resolve, reject) => {
      nodeGet(url, { agent }, (response) => {
        // All of it in one piece, as the others give it.
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve(Buffer.concat(chunks).length))
      }).on('error', reject)
    }),
}
