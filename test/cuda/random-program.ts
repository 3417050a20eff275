import * as fc from 'fast-check'

/** One step of a random program. Numbers are taken modulo what there is. */
export type Step =
  | { do: 'copy'; stream: number; to: Part; from: Part; abort: boolean }
  | { do: 'copy2d'; stream: number; to: Part; from: Part; rows: number; gap: number }
  | { do: 'batch'; stream: number; to: Part[]; from: Part; abort: boolean }
  | { do: 'host'; stream: number; buffer: number; value: number }
  | { do: 'fill'; stream: number; to: Part; value: number; abort: boolean }
  | { do: 'histogram'; stream: number; counts: number; from: Part }
  | { do: 'launch'; stream: number; to: Part; from: Part; add: number; abort: boolean }
  | { do: 'record'; stream: number; event: number }
  | { do: 'wait'; stream: number; event: number }
  | { do: 'join'; stream: number; on: number }
  | { do: 'await'; stream: number }
  | { do: 'free'; buffer: number; stream: number; value: number }

/** Some bytes of a buffer. */
export interface Part {
  buffer: number
  start: number
  length: number
}

export interface Program {
  streams: number
  stagePageable: boolean
  /** Whether a step that needs another stream's work waits for an event, where one will do, or for the stream. */
  preferEvents: boolean
  steps: Step[]
}

/** Bytes of each buffer: some for what the host device does at once, some for what it leaves to a thread. */
export const sizes = [64, 1000, 4096, 70_000, 200_000] as const

const part = fc.record({
  buffer: fc.nat(14),
  start: fc.nat(200_000),
  length: fc.integer({ min: 1, max: 200_000 }),
})
const stream = fc.nat(7)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('copy'), stream, to: part, from: part, abort: rarely() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('copy2d'),
      stream,
      to: part,
      from: part,
      rows: fc.integer({ min: 1, max: 40 }),
      gap: fc.nat(100),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('batch'),
      stream,
      to: fc.array(part, { minLength: 1, maxLength: 4 }),
      from: part,
      abort: rarely(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('host'), stream, buffer: fc.nat(14), value: fc.nat(255) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('fill'), stream, to: part, value: fc.nat(255), abort: rarely() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('histogram'), stream, counts: fc.nat(2), from: part }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('launch'),
      stream,
      to: part,
      from: part,
      add: fc.nat(255),
      abort: rarely(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('record'), stream, event: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), stream, event: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('join'), stream, on: stream }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('await'), stream }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('free'), buffer: fc.nat(14), stream, value: fc.nat(255) }),
  },
)

function rarely(): fc.Arbitrary<boolean> {
  return fc.nat(9).map((n) => n === 0)
}

export const programs: fc.Arbitrary<Program> = fc.record({
  streams: fc.integer({ min: 1, max: 8 }),
  stagePageable: fc.boolean(),
  preferEvents: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 80 }),
})
