import { type Device, open, type Stream } from 'heddle/cuda'
import type { BenchOptions } from '../area.js'
import { interleave, type Measure } from '../rounds.js'
import type { Row } from '../row.js'

/** Rows of one device, as they come: those that were measured before an error are kept. */
export type Section = (bench: Bench) => AsyncIterable<Row>

/** What is measured on: a device that was opened for it, with a stream. */
export class Bench implements AsyncDisposable {
  readonly gpu: Device
  readonly stream: Stream
  readonly options: BenchOptions
  readonly where: string
  readonly onHost: boolean

  private constructor(gpu: Device, options: BenchOptions) {
    this.gpu = gpu
    this.stream = gpu.stream()
    this.options = options
    this.onHost = gpu.info.id === 'host'
    this.where = this.onHost ? 'host device' : 'GPU'
  }

  static async open(id: number | 'host', options: BenchOptions): Promise<Bench> {
    return new Bench(await open(id), options)
  }

  /** The name of a row. */
  name(what: string): string {
    return `${this.where}: ${what}`
  }

  progress(what: string): void {
    this.options.progress(`gpu: ${what}, ${this.where}`)
  }

  /** The samples of some contenders, round by round. */
  rounds<Name extends string>(contenders: Readonly<Record<Name, Measure>>): Promise<Record<Name, number[]>> {
    return interleave(contenders, { rounds: this.options.quick ? 15 : 51, warmups: 4 })
  }

  async samples(measure: Measure): Promise<number[]> {
    return (await this.rounds({ measure })).measure
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.gpu.close()
  }
}

/** For people, and not part of the results. */
export function note(text: string): void {
  process.stderr.write(`gpu: ${text}\n`)
}
