import { submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { addon } from '../native.js'
import { checkEventQuery } from './capture.js'

const collected = new FinalizationRegistry<number>((event) => {
  submit(opcode.dropEvent, 0, event, 0, 0, 0, 0, 0)
})

/**
 * A point in a stream's work that other streams can wait for: `compute.wait(copy.record())`. Recording an event again
 * moves it; a wait means the latest record that was submitted before it. Made by `Device.event` or `Stream.record`.
 */
export class Event {
  /** @internal */
  readonly device: object
  /** @internal */
  readonly number: number

  /** @internal */
  constructor(device: object, number: number) {
    this.device = device
    this.number = number
    collected.register(this, number)
  }

  /** Whether everything before its latest record is done. An event that was never recorded is done. Never blocks. */
  get done(): boolean {
    checkEventQuery(this)
    return addon.eventDone(this.number)
  }
}
