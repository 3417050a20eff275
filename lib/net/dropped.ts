import { closeEndpoint } from './closing.js'

/** What the owner of an endpoint has of it that native code keeps. It must not refer to the owner. */
interface Held {
  readonly endpoint: number
  /** For people. */
  readonly name: string
  readonly arrivals: { close(): void }
}

/** Closes what was dropped open. What waits keeps its owner, so nobody waits then. */
const dropped = new FinalizationRegistry<Held>(({ endpoint, name, arrivals }) => {
  process.emitWarning(
    `Closing a ${name} of heddle/net on garbage collection. Close sockets and servers before dropping them.`,
  )
  void closeEndpoint(endpoint)
  arrivals.close()
})

export function closeWhenDropped(owner: object, held: Held): void {
  dropped.register(owner, held, owner)
}

/** The owner has closed it. */
export function forgetDropped(owner: object): void {
  dropped.unregister(owner)
}
