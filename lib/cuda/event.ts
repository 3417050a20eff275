import { ArgumentTypeError, ArgumentValueError } from '../argument-errors.js'
import { submit } from '../bridge/bridge.js'
import { opcode } from '../bridge/layout.js'
import { addon } from '../native.js'
import { checkEventQuery } from './capture.js'
import { call } from './pending.js'

const collected = new FinalizationRegistry<number>((event) => {
  submit(opcode.dropEvent, 0, event, 0, 0, 0, 0, 0)
})

export interface EventOptions {
  /** Whether the event knows when it was reached, for {@link Event.elapsedSince}. Costs a few microseconds. Default: false. */
  readonly timing?: boolean | undefined
}

/**
 * A point in a stream's work that other streams can wait for: `compute.wait(copy.record())`. Recording an event again
 * moves it; a wait means the latest record that was submitted before it. Made by `Device.event` or `Stream.record`.
 */
export class Event {
  /** Whether the event knows when it was reached. */
  readonly timing: boolean
  /** @internal */
  readonly device: object
  /** @internal */
  readonly number: number

  /** @internal */
  constructor(device: object, number: number, timing: boolean) {
    this.device = device
    this.number = number
    this.timing = timing
    collected.register(this, number)
  }

  /** Whether everything before its latest record is done. An event that was never recorded is done. Never blocks. */
  get done(): boolean {
    checkEventQuery(this)
    return addon.eventDone(this.number)
  }

  /**
   * Milliseconds on the device between the latest records of two timing events, as soon as both are reached. Neither may be
   * recorded again until then.
   *
   * @throws TypeError when one is no timing event, or they are of different devices; rejects with `cudaErrorInvalidValue`
   *   when one was never recorded, and with the fault when the device has died
   */
  elapsedSince(start: Event): Promise<number> {
    if (!(start instanceof Event)) throw new ArgumentTypeError('start', 'an instance of Event', start)
    if (start.device !== this.device)
      throw new ArgumentTypeError('start', 'an event of the same device', start)
    if (!(start.timing && this.timing)) {
      throw new ArgumentValueError('start', start, 'and the end must be made with { timing: true }')
    }
    return call(
      (id) => addon.elapsed(id, start.number, this.number),
      (milliseconds) => milliseconds,
    )
  }
}
