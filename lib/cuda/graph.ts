import { ArgumentTypeError } from '../argument-errors.js'
import { HeddleError } from '../errors.js'
import { addon } from '../native.js'
import { validateFunction } from '../validate.js'
import { disposedError } from './allocation.js'
import { checkCapture, runCapture } from './capture.js'
import { call } from './pending.js'
import { type OperationOptions, Stream } from './stream.js'
import type { StreamOp } from './stream-op.js'

const collected = new FinalizationRegistry<number>((graph) => addon.dropGraph(graph))

/**
 * Work that the device does as one piece, as often as it is launched, for the price of one submission. Made by
 * `Stream.capture`. The graph keeps the memory that it uses: arrays may be disposed of meanwhile.
 */
export class Graph implements Disposable {
  /** Where it was captured. */
  readonly stream: Stream
  readonly #number: number
  #disposed = false
  #updating = false

  /** @internal */
  constructor(stream: Stream, number: number) {
    this.stream = stream
    this.#number = number
    collected.register(this, number, this)
  }

  /** Whether `dispose` was called. */
  get disposed(): boolean {
    return this.#disposed
  }

  /**
   * Submits the whole graph to a stream of its device, by default the one where it was captured. Launches of one graph
   * come one after the other, whatever their streams; a graph that is to run beside itself is captured twice.
   *
   * @throws HeddleError with `code` `ERR_HEDDLE_BUSY` while it is being updated, `ERR_HEDDLE_DISPOSED` after that
   */
  launch(stream: Stream = this.stream, options?: OperationOptions): StreamOp {
    this.#usable()
    if (!(stream instanceof Stream)) throw new ArgumentTypeError('stream', 'an instance of Stream', stream)
    if (stream.device !== this.stream.device)
      throw new ArgumentTypeError('stream', 'a stream of the same device', stream)
    return stream.submitCall('graph.launch', options, () => addon.launchGraph(stream.number, this.#number))
  }

  /**
   * Captures `body` anew, in place: launches that were submitted before are of the old version, those after the Promise has
   * resolved of the new. The operations must be the same, in the same order and on the same streams; their arguments may
   * differ. Cheaper than a new graph.
   *
   * @throws CaptureError, and what `body` throws; rejects with a {@link CudaError} whose `code` is
   *   `cudaErrorGraphExecUpdateFailure` when the operations are others. The graph is then what it was; capture a new one.
   */
  update(body: (stream: Stream) => void): Promise<void> {
    this.#usable()
    validateFunction(body, 'body')
    checkCapture(this.stream, 'graph.update')
    this.stream.checkUsable('graph.update')
    runCapture(this.stream, body)
    this.#updating = true
    return call(
      (id) => addon.endCapture(id, this.#number),
      () => undefined,
    ).finally(() => {
      this.#updating = false
    })
  }

  /** Gives it back, with the memory it keeps, when its launches are done. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    addon.dropGraph(this.#number)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #usable(): void {
    if (this.#disposed) throw disposedError('graph')
    if (this.#updating)
      throw new HeddleError(
        'ERR_HEDDLE_BUSY',
        'The graph is being updated: await that before it is used again',
      )
  }
}

/** See `Stream.capture`. */
export function captureGraph(stream: Stream, body: (stream: Stream) => void): Promise<Graph> {
  validateFunction(body, 'body')
  runCapture(stream, body)
  return call(
    (id) => addon.endCapture(id, -1),
    (number) => new Graph(stream, number),
  )
}
