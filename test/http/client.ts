import { Client, type ClientOptions } from 'heddle/http'
import { onTestFinished } from 'vitest'

/** A client for one test, closed after it. */
export function freshClient(options?: ClientOptions): Client {
  const client = new Client(options)
  onTestFinished(() => client.close())
  return client
}
