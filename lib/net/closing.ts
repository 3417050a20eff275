import { expect, type Pending, submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'

class PendingClose implements Pending {
  readonly resolve: () => void

  constructor(resolve: () => void) {
    this.resolve = resolve
  }

  settle(): void {
    this.resolve()
  }
}

/** Ends what is in flight on a socket or listener, and resolves when its descriptor is closed. */
export function closeEndpoint(endpoint: number): Promise<void> {
  return new Promise((resolve) => {
    submit(opcode.closeEndpoint, expect(new PendingClose(resolve)), endpoint, 0, 0, 0, 0, 0)
  })
}
